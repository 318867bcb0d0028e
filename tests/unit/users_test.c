#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "steps/users.h"

static const char mountinfo[] =
	"21 1 0:19 / / rw shared:1 - rootfs none rw\n"
	"22 21 0:20 / /proc rw,relatime - proc proc rw\n"
	"30 21 253:1 / /newroot/boot rw,noatime shared:2 master:1 - ext3 /dev/vda1 rw\n"
	"31 21 252:0 / /newroot rw,noatime - xfs /dev/mapper/local-root rw,attr2\n"
	"32 21 8:17 /sub /other rw - ext4 /dev/sdb1 rw\n"
	"a line that is none\n";

static void write_file(char *path, const char *text)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void test_mounts(void **state)
{
	static const dev_t none[] = {0};
	const dev_t devices[] = {makedev(253, 0), makedev(253, 1), makedev(252, 0)};
	char mounts[] = "/tmp/newroot-mountinfo.XXXXXX", swaps[] = "/tmp/newroot-swaps.XXXXXX";
	struct err_list errors = {0};

	(void)state;
	write_file(mounts, mountinfo);
	write_file(swaps, "Filename\tType\tSize\tUsed\tPriority\n/nonexistent/swap file 1 0 -2\n");
	users_find(none, 0, mounts, swaps, &errors);
	assert_int_equal(errors.count, 0);
	users_find(devices, 3, mounts, swaps, &errors);
	assert_int_equal(errors.count, 2);
	assert_int_equal(errors.item[0].code, ERR_MACHINE_BUSY);
	assert_string_equal(errors.item[0].where, "/dev/vda1");
	assert_string_equal(
		errors.item[0].msg,
		"is mounted on /newroot/boot; unmount it first (`newroot rescue umount` does so for /newroot)");
	assert_string_equal(errors.item[1].where, "/dev/mapper/local-root");
	unlink(mounts);
	unlink(swaps);
	err_list_free(&errors);
}

static void test_not_knowing_is_an_error(void **state)
{
	struct err_list errors = {0};

	(void)state;
	users_find(NULL, 0, "/nonexistent/mountinfo", "/nonexistent/swaps", &errors);
	assert_int_equal(errors.count, 2);
	assert_int_equal(errors.item[0].code, ERR_IO);
	err_list_free(&errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mounts),
		cmocka_unit_test(test_not_knowing_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
