/* Which disks a job's words choose. */
#include "plan_fixture.h"

static void test_disk_selection(void **state)
{
	static const struct {
		struct job_disk boot;
		const char *path;
	} rows[] = {
		{{.order = 0}, "/dev/vda"},
		{{.order = 1}, "/dev/vdb"},
		{{.order = -1, .serial = "system"}, "/dev/vda"},
		{{.order = -1, .wwn = "naa.5000c500a1b2c3d4"}, "/dev/vdb"},
		{{.order = -1, .wwn = "0x5000C500A1B2C3D4"}, "/dev/vdb"},
		{{.order = -1, .wwn = "wwn-0x5000c500a1b2c3d4"}, "/dev/vdb"},
		{{.order = -1, .device = "/dev/vdb"}, "/dev/vdb"},
		{{.order = -1, .max_size = GIB(4)}, "/dev/vdb"},
		{{.order = -1, .min_size = GIB(5), .max_size = GIB(8)}, "/dev/vda"},
		{{.order = -1}, "/dev/vda"},
		{{.order = 0, .serial = "other"}, NULL},
		{{.order = 2}, NULL},
		{{.order = -1, .wwn = "5000"}, NULL},
		{{.order = -1, .wwn = "0x"}, NULL}, /* not a disk without a WWN */
	};
	struct disk disks[] = {disk_8g, disk_4g};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct job job = default_job;
		int ret;

		job.disks.boot = rows[i].boot;
		job.disks.boot.json_path = "/disks/boot";
		ret = make(&job, disks, 2, FIRMWARE_BIOS);
		assert_int_equal(ret, rows[i].path ? 0 : -1);
		if (ret < 0)
			continue;
		assert_string_equal(plan.disks[0].disk->path, rows[i].path);
		assert_int_equal(plan.disk_count, 2);
		assert_int_equal(plan.disks[1].table, TABLE_AUTO);
	}
	assert_error(0, ERR_MACHINE_DISK, "/disks/boot",
		     "this machine has no disk number 0 with serial 'other'; it has 0: /dev/vda, "
		     "8 GiB, serial 'system'; 1: /dev/vdb, 4 GiB, wwn 'naa.5000c500a1b2c3d4'");
}

static void test_other_disks_by_name(void **state)
{
	struct job_disk others[] = {
		{.json_path = "/disks/others/0", .order = -1, .serial = "system"},
		{.json_path = "/disks/others/1", .order = 7}};
	struct disk disks[] = {disk_8g, disk_4g};
	struct job job = default_job;

	(void)state;
	job.disks.all_others = false;
	assert_int_equal(make(&job, disks, 2, FIRMWARE_BIOS), 0);
	assert_int_equal(plan.disk_count, 1);
	job.disks.others = others;
	job.disks.other_count = 2;
	assert_int_equal(make(&job, disks, 2, FIRMWARE_BIOS), -1);
	assert_int_equal(errors.count, 2);
	assert_error(
		0, ERR_MACHINE_DISK, "/disks/others/0",
		"the disk with serial 'system' is /dev/vda, which the job uses already; every disk may be used once");
	assert_string_equal(errors.item[1].where, "/disks/others/1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_disk_selection),
		TEST(test_other_disks_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
