#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/lvm.h"
#include "steps/old_vgs.h"

#define ROW(pv, vg, uuid) "LVM2_PV_NAME='" pv "' LVM2_VG_NAME='" vg "' LVM2_VG_UUID='" uuid "'\n"

/* sda and sdb are in the plan; sdaa and nvme0n1 are not. */
static struct disk disks[] = {{.path = "/dev/sda"},
			      {.path = "/dev/sdb"},
			      {.path = "/dev/sdaa"},
			      {.path = "/dev/nvme0n1"}};
static struct plan_disk planned[] = {{.disk = &disks[0]}, {.disk = &disks[1]}};
/* md127 is made of sdaa and nvme0n1, md1 of sda and sdb; dm-0 is a crypt on sdaa. */
static const struct holders holders[] = {
	{.item = {{.name = "md1", .label = "md1"}}, .count = 1},
	{.item = {{.name = "md1", .label = "md1"}}, .count = 1},
	{.item = {{.name = "md127", .label = "md127"}, {.name = "dm-0", .label = "old-crypt"}},
	 .count = 2},
	{.item = {{.name = "md127", .label = "md127"}}, .count = 1},
};
static const struct machine machine = {.disks = disks, .disk_count = 4};
static const struct plan plan = {
	.machine = &machine, .disks = planned, .disk_count = 2, .vg = "local"};

/* The judgement asks neither LVM nor the kernel. */
int holders_find(struct holders *found, const char *sysfs, const char *disk, struct arena *arena,
		 struct err *err)
{
	(void)found;
	(void)sysfs;
	(void)disk;
	(void)arena;
	return err_set(err, ERR_INTERNAL, NULL, "not expected");
}

int lvm_report(const char *const *commands, size_t count, char *out, size_t size,
	       const struct child_watch *watch, struct err *err)
{
	(void)commands;
	(void)count;
	(void)out;
	(void)size;
	(void)watch;
	return err_set(err, ERR_INTERNAL, NULL, "not expected");
}

static void test_judgement(void **state)
{
	static const struct {
		const char *report, *where, *msg;
	} rows[] = {
		{"", NULL, NULL},
		{ROW("/dev/sda2", "local", "A") ROW("/dev/sdb", "local", "A"), NULL, NULL},
		{ROW("/dev/sda2", "local", "A") ROW("[unknown]", "local", "A"), NULL, NULL},
		{ROW("/dev/sda2", "local", "A") ROW("/dev/sdaa1", "other", "B"), NULL, NULL},
		{ROW("/dev/sdaa1", "", ""), NULL, NULL},
		{ROW("/dev/sda2", "old", "A") ROW("/dev/sdaa1", "old", "A"), "/dev/sda2",
		 "is a PV of VG old, which also lies on /dev/sdaa1 outside of the plan; add that disk to the job or remove it from the VG"},
		{ROW("/dev/nvme0n1p3", "old", "A") ROW("/dev/sdb", "old", "A"), "/dev/sdb",
		 "is a PV of VG old, which also lies on /dev/nvme0n1p3 outside of the plan; add that disk to the job or remove it from the VG"},
		{ROW("/dev/nvme0n1", "local", "B") ROW("/dev/sda2", "local", "A"), "/dev/nvme0n1",
		 "carries another VG local outside of the plan; rename or remove it, or choose another VG name in the job"},
		/* What is assembled from disks, and what is on no disk of the machine. */
		{ROW("/dev/md127", "local", "B"), "/dev/md127",
		 "carries another VG local outside of the plan (on /dev/nvme0n1); rename or remove it, or choose another VG name in the job"},
		{ROW("/dev/md127p1", "old", "B") ROW("/dev/sdb", "old", "B"), "/dev/sdb",
		 "is a PV of VG old, which also lies on /dev/md127p1 (on /dev/nvme0n1) outside of the plan; add that disk to the job or remove it from the VG"},
		{ROW("/dev/mapper/old-crypt", "local", "B"), "/dev/mapper/old-crypt",
		 "carries another VG local outside of the plan (on /dev/sdaa); rename or remove it, or choose another VG name in the job"},
		{ROW("/dev/loop0", "local", "B"), "/dev/loop0",
		 "carries another VG local outside of the plan; rename or remove it, or choose another VG name in the job"},
		{ROW("/dev/md1", "local", "A"), NULL, NULL},
		{ROW("/dev/md12", "other", "B") ROW("/dev/loop1", "third", "C"), NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err_list errors = {0};

		old_vgs_judge(&plan, holders, rows[i].report, &errors);
		assert_int_equal(errors.count, rows[i].where ? 1 : 0);
		if (rows[i].where) {
			assert_string_equal(errors.item[0].where, rows[i].where);
			assert_string_equal(errors.item[0].msg, rows[i].msg);
		}
		err_list_free(&errors);
	}
}

static void test_fields(void **state)
{
	const char *report = "LVM2_LV_NAME='root' LVM2_LV_SIZE='42'\nLVM2_VG_NAME='local'\n";
	char text[8];

	(void)state;
	assert_true(lvm_field(report, "lv_name", text, sizeof(text)));
	assert_string_equal(text, "root");
	assert_true(lvm_field(report, "lv_size", text, sizeof(text)));
	assert_string_equal(text, "42");
	assert_false(lvm_field(report, "vg_name", text, sizeof(text)));
	assert_false(lvm_field(report, "name", text, sizeof(text)));
	assert_false(lvm_field(report, "lv_name", text, 4));
	report = lvm_next_row(report);
	assert_true(lvm_field(report, "vg_name", text, sizeof(text)));
	assert_null(lvm_next_row(report));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judgement),
		cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
