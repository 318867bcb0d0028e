#include "service/wait.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>

#include "base/clock.h"

static volatile sig_atomic_t ended;
static sigset_t waiting_mask;
static const sigset_t *mask; /* NULL: the process's own */

uint64_t wait_now(void)
{
	return (uint64_t)clock_ms();
}

int wait_fd(int fd, short events, uint64_t deadline, struct err *err)
{
	struct pollfd pfd = {.fd = fd, .events = events};

	for (;;) {
		uint64_t now = wait_now();
		uint64_t left = deadline > now ? deadline - now : 0;
		struct timespec limit = {
			.tv_sec = (time_t)(left / 1000),
			.tv_nsec = (long)(left % 1000) * 1000000,
		};
		int ready;

		if (ended)
			return err_set(err, ERR_INTERRUPTED, NULL, "told to end while waiting");
		ready = ppoll(&pfd, 1, &limit, mask);
		if (ready >= 0)
			return ready;
		if (errno != EINTR)
			return err_sys(err, ERR_IO, NULL, "ppoll");
	}
}

int wait_sleep(uint64_t ms, struct err *err)
{
	return wait_fd(-1, 0, wait_now() + ms, err);
}

static void end_waits(int signal)
{
	(void)signal;
	ended = 1;
}

int wait_end_on(int signal, struct err *err)
{
	struct sigaction action = {.sa_handler = end_waits};
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, signal);
	if (sigprocmask(SIG_BLOCK, &blocked, &waiting_mask) || sigaction(signal, &action, NULL))
		return err_sys(err, ERR_IO, NULL, "signal %d cannot be caught", signal);
	sigdelset(&waiting_mask, signal);
	mask = &waiting_mask;
	return 0;
}
