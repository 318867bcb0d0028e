/* A path of the plan that stands for another disk by the time of the wipe. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "steps/same_disks.h"
#include "tests/unit/sysfs_tree.h"

static void put(const char *root, const char *attribute, const char *text)
{
	char path[2 * PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/block/%s", root, attribute);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void expect(const struct plan *plan, const char *root, const char *message)
{
	struct err err = ERR_INIT;

	assert_int_equal(same_disks(plan, root, &err), message ? -1 : 0);
	if (!message)
		return;
	assert_int_equal(err.code, ERR_MACHINE_DISK);
	if (!strstr(err.msg, message))
		fail_msg("%s", err.msg);
}

static void test_another_disk_is_noticed(void **state)
{
	struct arena arena = {0};
	struct machine machine;
	struct plan_disk disks[2];
	struct plan plan = {.disks = disks, .disk_count = 2};
	struct disk gone;
	char root[PATH_MAX];
	struct err err = ERR_INIT;

	(void)state;
	sysfs_tree_make(root, "virtio-scsi-nvme");
	assert_int_equal(machine_probe(&machine, root, &arena, &err), 0);
	assert_true(machine.disk_count >= 2);
	disks[0] = (struct plan_disk){.disk = &machine.disks[0]};
	disks[1] = (struct plan_disk){.disk = &machine.disks[1]};
	expect(&plan, root, NULL);
	put(root, "sda/size", "2048\n");
	expect(&plan, root, "another disk than the plan was made for: 1048576 bytes");
	gone = machine.disks[1];
	gone.path = "/dev/sdzz";
	disks[1].disk = &gone;
	expect(&plan, root, "the disk is gone");
	sysfs_tree_remove(root);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_another_disk_is_noticed)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
