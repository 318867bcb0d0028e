/* Waiting for the root's volume group: disks are there at once, but LVM cannot read one of them yet. */
#include "boot/root.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/lvm.h"
#include "boot/reset.h"
#include "tests/unit/scratch.h"

#define ROOT "/dev/local/root"

static unsigned attempts, unreadable; /* of vgchange; how many of them fail */

/* As LVM does when a PV gives an I/O error: it is as good as missing. */
int lvm_run(const char *const *commands, size_t count, const struct child_watch *watch,
	    struct err *err)
{
	(void)count;
	(void)watch;
	if (attempts++ < unreadable)
		return err_set(err, ERR_LVM, *commands, "Volume group \"local\" not found");
	return mknod(ROOT, S_IFBLK | 0600, makedev(253, 0));
}

int lvm_report(const char *const *commands, size_t count, char *out, size_t size,
	       const struct child_watch *watch, struct err *err)
{
	(void)commands;
	(void)count;
	(void)out;
	(void)size;
	(void)watch;
	return err_set(err, ERR_LVM, NULL, "not asked here");
}

void boot_reset(const char *vg)
{
	(void)vg;
}

/* No device is behind the node: what counts is that the root was found. 0: it was. */
static int in_new_root(void)
{
	const struct boot_line line = {.root = ROOT, .type = "ext3", .options = ""};
	const struct boot_config config = {.vg = "local"};
	struct arena arena = {0};
	struct err err = ERR_INIT;
	int ret = boot_root_mount(&line, &config, &arena, &err);

	fprintf(stderr, "%u attempts: %s: %s\n", attempts, err.where, err.msg);
	arena_free(&arena);
	return ret && strstr(err.msg, "cannot mount the root filesystem") &&
			       attempts == unreadable + 1
		       ? 0
		       : 1;
}

static void a_disk_that_is_read_late_is_asked_again(void **state)
{
	struct scratch scratch;
	int status;
	pid_t pid;

	(void)state;
	if (geteuid())
		skip();
	scratch_make(&scratch);
	scratch_run(&scratch, "mkdir -p dev/local sys/block/sda; echo 8:0 >sys/block/sda/dev");
	unreadable = 2;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(chroot(scratch.path) || chdir("/") ? 77 : in_new_root());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	scratch_remove(&scratch);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disk_that_is_read_late_is_asked_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
