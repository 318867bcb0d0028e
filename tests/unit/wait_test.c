/* Waiting, with and without ppoll(2), which x86-64 got in Linux 2.6.19. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "service/wait.h"

int __real_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *limit,
		 const sigset_t *mask);
int __wrap_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *limit,
		 const sigset_t *mask);

static bool has_ppoll;

int __wrap_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *limit,
		 const sigset_t *mask)
{
	if (has_ppoll)
		return __real_ppoll(fds, count, limit, mask);
	errno = ENOSYS;
	return -1;
}

static void wait_for_bytes(void)
{
	struct err err = ERR_INIT;
	uint64_t began = wait_now();
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(wait_fd(ends[0], POLLIN, began + 450, &err), 0);
	assert_in_range(wait_now() - began, 450, 5000);
	assert_int_equal(wait_fd(ends[0], POLLIN, 0, &err), 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_int_equal(wait_fd(ends[0], POLLIN, wait_now() + 60000, &err), 1);
	assert_int_equal(wait_fd(ends[0], POLLIN, 0, &err), 1);
	close(ends[0]);
	close(ends[1]);
}

static void descriptors_are_waited_for_until_a_deadline(void **state)
{
	(void)state;
	has_ppoll = true;
	wait_for_bytes();
	has_ppoll = false;
	wait_for_bytes();
}

/* Ended by `signal`, before or while it waits: 0. */
static int waiter(bool before)
{
	struct err err = ERR_INIT;
	uint64_t began = wait_now();
	sigset_t blocked;

	if (wait_end_on(SIGTERM, &err))
		return 2;
	if (before)
		raise(SIGTERM);
	else
		alarm(30); /* a signal that ends nobody's wait ends this process */
	if (wait_sleep(60000, &err) != -1 || err.code != ERR_INTERRUPTED ||
	    wait_now() - began > 20000)
		return 3;
	/* And all later ones; outside waits it stays blocked. */
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	return wait_sleep(60000, &err) == -1 && sigismember(&blocked, SIGTERM) ? 0 : 4;
}

static int end_waiter(bool before)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(waiter(before));
	if (!before) {
		usleep(300000);
		kill(pid, SIGTERM);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void a_signal_ends_waits(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		has_ppoll = i;
		assert_int_equal(end_waiter(true), 0);
		assert_int_equal(end_waiter(false), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptors_are_waited_for_until_a_deadline),
		cmocka_unit_test(a_signal_ends_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
