/* Locks between processes; /run is a folder of the test's own. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lock.h"

static int own_run(void **state)
{
	(void)state;
	if (unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWNS : CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", "/run", "tmpfs", 0, NULL))
		return -1;
	return 0;
}

/* What another process is told: 0 when it gets the lock. */
static enum err_code other_gets(enum lock lock)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct err err = ERR_INIT;

		lock_take(lock, &err);
		_exit((int)err.code);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return (enum err_code)WEXITSTATUS(status);
}

static void locks_exclude_others(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(mkdir("/run/newroot", 0700), 0);
	assert_int_equal(lock_take(LOCK_DISKS, &err), 0);
	assert_int_equal(other_gets(LOCK_DISKS), ERR_MACHINE_BUSY);
	assert_int_equal(other_gets(LOCK_AGENT), ERR_NONE);
	lock_drop(LOCK_DISKS);
	assert_int_equal(other_gets(LOCK_DISKS), ERR_NONE);
	lock_drop(LOCK_DISKS);
	assert_int_equal(lock_take(LOCK_AGENT, &err), 0);
	assert_int_equal(lock_take(LOCK_DISKS, &err), 0);
	assert_int_equal(other_gets(LOCK_AGENT), ERR_MACHINE_BUSY);
	lock_drop(LOCK_AGENT);
	lock_drop(LOCK_DISKS);
}

static void lock_without_a_place_is_an_error(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(mount("tmpfs", "/run", "tmpfs", 0, NULL), 0);
	assert_int_equal(lock_take(LOCK_AGENT, &err), -1);
	assert_int_equal(err.code, ERR_IO);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(locks_exclude_others),
		cmocka_unit_test(lock_without_a_place_is_an_error),
	};

	return cmocka_run_group_tests_name("lock", tests, own_run, NULL);
}
