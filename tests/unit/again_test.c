/* Beginning anew: everything let go of and delivered, then the same program with the same arguments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "again.h"
#include "base/clock.h"
#include "lock.h"
#include "programme.h"
#include "service/report.h"
#include "steps/mounts.h"

#define TOLD "NEWROOT_AGAIN_TOLD" /* what happened, across exec() */

static struct {
	char told[2048];
	unsigned applies;              /* so many tries to lock the disks fail */
	unsigned busy, busy_elsewhere; /* and to unmount */
	unsigned pauses;
	bool again, dropped;
} fake;

static void tell(const char *what, const char *detail)
{
	size_t used = strlen(fake.told);

	snprintf(fake.told + used, sizeof(fake.told) - used, "%s%s%s; ", what, *detail ? " " : "",
		 detail);
	assert_int_equal(setenv(TOLD, fake.told, 1), 0);
}

void programme_note(const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	tell("note", text);
}

void programme_pause(void)
{
	fake.pauses++;
	usleep(1000);
}

bool report_again(void)
{
	return fake.again;
}

void report_wait(const char *reason)
{
	tell("wait", *reason ? reason : "no longer");
}

int report_stop(unsigned limit_s)
{
	assert_int_equal(limit_s, 0);
	tell("delivered", "");
	return 0;
}

int lock_take(enum lock lock, struct err *err)
{
	assert_int_equal(lock, LOCK_DISKS);
	if (!fake.applies)
		return 0;
	fake.applies--;
	return err_set(err, ERR_MACHINE_BUSY, "/run/disks.lock", "someone applies");
}

void lock_drop(enum lock lock)
{
	assert_int_equal(lock, LOCK_DISKS);
	fake.dropped = true;
}

int mounts_undo(const char *path, struct err *err)
{
	assert_string_equal(path, "/newroot");
	if (fake.busy) {
		fake.busy--;
		return err_set(err, ERR_MOUNT, "/newroot/var", "cannot unmount it: busy");
	}
	if (fake.busy_elsewhere) {
		fake.busy_elsewhere--;
		return err_set(err, ERR_MOUNT, "/newroot", "cannot unmount it: busy");
	}
	tell("unmounted", "");
	return 0;
}

int mounts_swapoff(struct err *err)
{
	(void)err;
	tell("swapped off", "");
	return 0;
}

/* In a child, which becomes this program anew and says so by its exit status. */
static void begin(const char *expected)
{
	char *argv[] = {"run", "--console", "/dev/tty1", NULL};
	int status;
	pid_t pid;

	assert_int_equal(setenv("NEWROOT_AGAIN_EXPECTED", expected, 1), 0);
	pid = fork();
	if (pid == 0) {
		struct err err = ERR_INIT;

		again_begin(3, argv, &err);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
}

/* What main() finds after the exec(). */
static int born_again(int argc, char **argv)
{
	const char *told = getenv(TOLD), *expected = getenv("NEWROOT_AGAIN_EXPECTED");

	if (argc != 4 || strcmp(argv[0], "newroot") || strcmp(argv[2], "--console") ||
	    strcmp(argv[3], "/dev/tty1"))
		return 2;
	if (!told || !expected || strcmp(told, expected)) {
		fprintf(stderr, "told:     %s\nexpected: %s\n", told, expected);
		return 3;
	}
	return 42;
}

static void program_begins_anew(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	begin("unmounted; swapped off; note beginning anew; delivered; ");
}

/* A shell in /newroot: its owner and the service are told once for each cause, not at every try. */
static void busy_tree_is_waited_for(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.busy = 3;
	fake.busy_elsewhere = 2;
	fake.applies = 2;
#define WHO    "; `fuser -m /newroot` shows who is there; trying until it is free; "
#define LOCKED "cannot begin anew: /run/disks.lock: someone applies"
#define VAR    "cannot begin anew: /newroot/var: cannot unmount it: busy"
#define TOP    "cannot begin anew: /newroot: cannot unmount it: busy"
	begin("note " LOCKED WHO "wait " LOCKED "; note " VAR WHO "wait " VAR "; note " TOP WHO
	      "wait " TOP
	      "; unmounted; swapped off; wait no longer; note beginning anew; delivered; ");
}

/* A service that says "again" to everything is not asked a hundred times a second. */
static void failures_have_a_pause(void **state)
{
	int64_t began = clock_ms();

	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.again = true;
	again_wait();
	assert_true(clock_ms() - began >= 9900);
	assert_true(fake.pauses > 100);
	assert_true(fake.dropped);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_begins_anew),
		cmocka_unit_test(busy_tree_is_waited_for),
		cmocka_unit_test(failures_have_a_pause),
	};

	if (argc > 1 && !strcmp(argv[1], "run"))
		return born_again(argc, argv);
	return cmocka_run_group_tests_name("again", tests, NULL, NULL);
}
