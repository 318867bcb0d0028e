/* The disk that the BIOS starts from, and disks that are seen twice. */
#include "plan_fixture.h"

#define PLACE(n) "pci0000:00/0000:00:05.0/0:" #n ":0"

static struct disk disks[4];

/* Four disks of 4 GiB: two on one SCSI controller, two on an IDE controller. */
static void make_disks(void)
{
	static const struct {
		const char *path, *location;
		uint32_t signature;
	} rows[] = {
		{"/dev/sda", "pci0000:00/0000:00:01.1/ata1/0:0:0", 0},
		{"/dev/sdb", "pci0000:00/0000:00:01.1/ata2/0:1:0", 0x11111111},
		{"/dev/sdc", PLACE(0), 0x22222222},
		{"/dev/sdd", PLACE(1), 0x33333333},
	};

	for (size_t i = 0; i < 4; i++) {
		disks[i] = disk_4g;
		disks[i].wwn = disks[i].serial = "";
		disks[i].path = disks[i].counted_path = rows[i].path;
		disks[i].location = rows[i].location;
		disks[i].mbr_signature = rows[i].signature;
	}
}

/* The machine's first disk is the job's boot disk. -1: refused, with one error. */
static int check(const struct bios_disk *bios, int order)
{
	static struct machine machine;
	struct job job = default_job;

	err_list_free(&errors);
	job.disks.boot.order = order;
	machine = (struct machine){.disks = disks, .disk_count = 4, .bios_disk = *bios};
	assert_int_equal(plan_make(&plan, &job, &machine, &arena, &errors), 0);
	plan_check_disks(&plan, &errors);
	return errors.count ? -1 : 0;
}

static void test_what_the_bios_tells(void **state)
{
	const uint64_t sectors = GIB(4) / 512;
	static const struct {
		struct bios_disk bios;
		int accepted; /* a bit for each disk */
	} rows[] = {
		{{"", "", 0, 0}, 0xf},
		{{"0000:00:05.0", "", 0, 0}, 0xc},
		{{"0000:00:01.1", "ata2/0:1:0", 0, 0}, 0x2},
		{{"0000:00:05.0", "", 0, 0x33333333}, 0x8},
		{{"", "", 0, 0x22222222}, 0x4},
		{{"", "", GIB(4) / 512, 0}, 0xf},
		/* What fits no disk says nothing: a stick, a controller without a driver, a disk that was wiped meanwhile. */
		{{"0000:00:1d.0", "", 0, 0}, 0xf},
		{{"0000:00:05.0", "", 0, 0x77777777}, 0xc},
		{{"0000:00:05.0", "", 12345, 0}, 0xc},
		{{"0000:00:05", "", 0, 0}, 0xf},
	};

	(void)state;
	make_disks();
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (int disk = 0; disk < 4; disk++)
			assert_int_equal(check(&rows[i].bios, disk),
					 rows[i].accepted >> disk & 1 ? 0 : -1);
	disks[2].size = GIB(8);
	assert_int_equal(check(&(struct bios_disk){"", "", sectors, 0}, 2), -1);
	for (size_t i = 0; i < 4; i++)
		disks[i].logical_sector = 4096;
	assert_int_equal(check(&(struct bios_disk){"", "", sectors / 8, 0}, 2), -1);
	assert_int_equal(check(&(struct bios_disk){"", "", sectors / 8, 0}, 3), 0);
}

static void test_which_disk_to_name(void **state)
{
	(void)state;
	make_disks();
	disks[2].serial = "system";
	assert_int_equal(check(&(struct bios_disk){"0000:00:05.0", "", 0, 0}, 0), -1);
	assert_error(
		0, ERR_MACHINE_BOOT_DISK, "/disks/boot",
		"the BIOS starts from /dev/sdc (order 2, serial system) or /dev/sdd (order 3), but /boot and GRUB would go to /dev/sda; "
		"name that disk in disks.boot, or change the VM's boot order");
}

static void test_one_disk_by_two_paths(void **state)
{
	static const struct bios_disk bios = {"", "", 0, 0};

	(void)state;
	make_disks();
	disks[2].serial = disks[3].serial = "same";
	assert_int_equal(check(&bios, 0), -1);
	assert_error(
		0, ERR_MACHINE_DISK, "/dev/sdc",
		"/dev/sdd has the same serial 'same': one disk by two paths, or two disks that nothing tells apart; "
		"detach one of them, or give each disk a serial of its own");
	/* Another size, or WWNs: two disks. */
	disks[3].size = GIB(8);
	assert_int_equal(check(&bios, 0), 0);
	disks[3].size = disks[2].size;
	disks[2].wwn = "eui.01";
	disks[3].wwn = "eui.02";
	assert_int_equal(check(&bios, 0), 0);
	disks[3].wwn = "EUI.01";
	disks[3].size = GIB(8);
	assert_int_equal(check(&bios, 0), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_the_bios_tells),
		TEST(test_which_disk_to_name),
		TEST(test_one_disk_by_two_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
