#include "service/wait.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>

#include "base/clock.h"

#define SLICE_MS 200 /* people do not notice it */

static volatile sig_atomic_t ended;
static sigset_t waiting_mask;
static const sigset_t *mask; /* NULL: the process's own */

uint64_t wait_now(void)
{
	return (uint64_t)clock_ms();
}

/* x86-64 has no ppoll(2) before Linux 2.6.19: a signal that comes between these calls is seen a slice later. */
static int poll_unmasked(struct pollfd *pfd, uint64_t left)
{
	const int ms = (int)(left < SLICE_MS ? left : SLICE_MS);
	sigset_t before;
	int ready, error;

	if (mask && sigprocmask(SIG_SETMASK, mask, &before))
		return -1;
	ready = poll(pfd, 1, ms);
	error = errno;
	if (mask && sigprocmask(SIG_SETMASK, &before, NULL))
		return -1;
	errno = error;
	return ready;
}

static int poll_once(struct pollfd *pfd, uint64_t left)
{
	const struct timespec limit = {
		.tv_sec = (time_t)(left / 1000),
		.tv_nsec = (long)(left % 1000) * 1000000,
	};
	const int ready = ppoll(pfd, 1, &limit, mask);

	return ready < 0 && errno == ENOSYS ? poll_unmasked(pfd, left) : ready;
}

int wait_fd(int fd, short events, uint64_t deadline, struct err *err)
{
	struct pollfd pfd = {.fd = fd, .events = events};

	for (;;) {
		uint64_t now = wait_now();
		uint64_t left = deadline > now ? deadline - now : 0;
		int ready;

		if (ended)
			return err_set(err, ERR_INTERRUPTED, NULL, "told to end while waiting");
		ready = poll_once(&pfd, left);
		if (ready > 0 || (ready == 0 && wait_now() >= deadline))
			return ready;
		if (ready < 0 && errno != EINTR)
			return err_sys(err, ERR_IO, NULL, "poll");
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
