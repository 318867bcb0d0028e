/* What cannot be laid out is refused, with all reasons and their numbers. */
#include "plan_fixture.h"

static void test_too_much_is_refused_with_numbers(void **state)
{
	struct disk disk = disk_8g;

	(void)state;
	volumes[0].size.bytes = GIB(7);
	assert_int_equal(make(&default_job, &disk, 1, FIRMWARE_BIOS), -1);
	assert_int_equal(errors.count, 1);
	assert_error(0, ERR_MACHINE_SPACE, "/volumes",
		     "root 1792 + swap 256 + reserve 96 = 2144 extents of 4 MiB "
		     "(8992587776 bytes) are asked for, but VG local on 1 disk has "
		     "1919 (8048869376 bytes): 225 extents (943718400 bytes) too many");
}

static void test_nothing_left_for_the_rest(void **state)
{
	struct disk disk = disk_8g;
	struct job job = default_job;

	(void)state;
	job.reserve = (struct job_size){SIZE_BYTES, 0, 0};
	volumes[0].size.bytes = (1919 - 256) * MIB(4);
	assert_int_equal(make(&job, &disk, 1, FIRMWARE_BIOS), -1);
	assert_error(
		0, ERR_MACHINE_SPACE, "/volumes/1",
		"volume data wants the rest of VG local, but the other volumes and the reserve use all 1919 extents of 4 MiB (8048869376 bytes)");
}

static void test_snapshots_that_do_not_fit(void **state)
{
	struct disk disk = disk_8g;
	struct job job = default_job;

	(void)state;
	volumes[0].size.bytes = 1000 * MIB(4);
	volumes[0].snapshot = (struct job_size){SIZE_PERCENT, 0, 8000};
	assert_int_equal(make(&job, &disk, 1, FIRMWARE_BIOS), -1);
	assert_error(0, ERR_MACHINE_SPACE, "/volumes",
		     "root 1000 + root.installed 800 + swap 256 + reserve 96 = 2152 extents "
		     "of 4 MiB (9026142208 bytes) are asked for, but VG local on 1 disk "
		     "has 1919 (8048869376 bytes): 233 extents (977272832 bytes) too many");
	/* One extent is left, and a snapshot needs another. */
	volumes[0].size.bytes = (1919 - 96 - 256 - 1) * MIB(4);
	volumes[0].snapshot = (struct job_size){0};
	volumes[1].snapshot = (struct job_size){SIZE_BYTES, 1, 0};
	assert_int_equal(make(&job, &disk, 1, FIRMWARE_BIOS), -1);
	assert_error(
		1, ERR_MACHINE_SPACE, "/volumes/1",
		"volume data wants the rest of VG local, but the other volumes and the reserve use all 1919 extents of 4 MiB (8048869376 bytes)");
}

static void test_every_small_filesystem_is_named(void **state)
{
	struct disk disk = disk_8g;
	struct job job = default_job;

	(void)state;
	job.boot.size = MIB(1);
	job.reserve = (struct job_size){SIZE_BYTES, 0, 0};
	volumes[0].size.bytes = MIB(296);
	assert_int_equal(make(&job, &disk, 1, FIRMWARE_BIOS), -1);
	assert_int_equal(errors.count, 2);
	assert_error(
		0, ERR_MACHINE_SPACE, "/boot",
		"/dev/vda1 would have 1048576 bytes; ext3 takes from 8388608 to 17592186044416 bytes");
	assert_error(
		1, ERR_MACHINE_SPACE, "/volumes/0",
		"/dev/local/root would have 310378496 bytes; xfs takes from 314572800 to 9007199254740992 bytes");
}

static void test_tables_and_disks_that_cannot_be(void **state)
{
	struct disk disk = disk_8g;
	struct job job = default_job;

	(void)state;
	job.table = TABLE_MSDOS;
	disk.size = TIB(3);
	assert_int_equal(make(&job, &disk, 1, FIRMWARE_BIOS), -1);
	assert_error(
		0, ERR_MACHINE_DISK, "/dev/vda",
		"table \"msdos\" reaches 2 TiB with 512-byte sectors, but the disk has 3 TiB (3298534883328 bytes); accepted is \"gpt\" or \"auto\"");
	disk.size = MIB(512);
	assert_int_equal(make(&default_job, &disk, 1, FIRMWARE_BIOS), -1);
	assert_error(
		1, ERR_MACHINE_SPACE, "/dev/vda",
		"has 536870912 bytes, but a boot disk with this /boot and one PV needs at least 543162368");
	assert_int_equal(make(&default_job, NULL, 0, FIRMWARE_BIOS), -1);
	assert_error(
		2, ERR_MACHINE_DISK, "",
		"this machine has no disk; accepted are SCSI, ATA, virtio, NVMe and Xen disks");
}

/* A disk that is missed hangs on a controller that the kernel does not know, or that shows none. */
static void test_controllers_without_a_disk_are_named(void **state)
{
	struct controller controllers[] = {
		{.pci = "0000:00:04.0", .vendor = 0x1af4, .device = 0x1001, .driver = "virtio-pci"},
		{.pci = "0000:00:06.0", .vendor = 0x1000, .device = 0x0012, .driver = ""},
		{.pci = "0000:00:07.0", .vendor = 0x1000, .device = 0x0054, .driver = "mptsas"},
	};
	struct disk disk = disk_8g; /* at 04.0 */
	struct machine machine = {.controllers = controllers, .controller_count = 3};
	struct job job = default_job;

	(void)state;
	assert_int_equal(plan_make(&plan, &job, &machine, &arena, &errors), -1);
	assert_error(
		0, ERR_MACHINE_DISK, "",
		"this machine has no disk; accepted are SCSI, ATA, virtio, NVMe and Xen disks; controllers without a disk: 0000:00:04.0 (PCI ID 1af4:1001, "
		"driver virtio-pci), 0000:00:06.0 (PCI ID 1000:0012, no driver), 0000:00:07.0 (PCI ID 1000:0054, driver mptsas)");
	machine.disks = &disk;
	machine.disk_count = 1;
	job.disks.boot.order = 1;
	assert_int_equal(plan_make(&plan, &job, &machine, &arena, &errors), -1);
	assert_error(
		1, ERR_MACHINE_DISK, "/disks/boot",
		"this machine has no disk number 1; it has 0: /dev/vda, 8 GiB, serial 'system'; controllers without a disk: 0000:00:06.0 (PCI ID 1000:0012, no driver), "
		"0000:00:07.0 (PCI ID 1000:0054, driver mptsas)");
}

static void test_mixed_sectors(void **state)
{
	struct disk disks[] = {disk_8g, disk_4g};

	(void)state;
	disks[1].logical_sector = 4096;
	assert_int_equal(make(&default_job, disks, 2, FIRMWARE_BIOS), -1);
	assert_int_equal(errors.count, 1);
	assert_error(
		0, ERR_MACHINE_DISK, "/dev/vdb",
		"has 4096-byte sectors, but /dev/vda has 512-byte sectors, and a VG takes one kind only; name the disks to use in the job");
}

static void test_all_reasons_together(void **state)
{
	struct disk disks[] = {disk_8g, disk_4g};

	(void)state;
	disks[0].read_only = true;
	volumes[0].size.bytes = GIB(70);
	assert_int_equal(make(&default_job, disks, 2, FIRMWARE_UEFI), -1);
	assert_int_equal(errors.count, 3);
	assert_error(0, ERR_MACHINE_FIRMWARE, "",
		     "this machine was started by UEFI, and newroot installs GRUB for a BIOS only");
	assert_error(
		1, ERR_MACHINE_DISK, "/dev/vda",
		"the disk is read only; make it writable, or name the disks to use in the job");
	assert_int_equal(errors.item[2].code, ERR_MACHINE_SPACE);
}

static void test_two_rests(void **state)
{
	struct disk disk = disk_8g;

	(void)state;
	volumes[0].size = (struct job_size){SIZE_REST, 0, 0};
	assert_int_equal(make(&default_job, &disk, 1, FIRMWARE_BIOS), -1);
	assert_error(
		0, ERR_JOB_CONFLICT, "/volumes/1",
		"volume data wants the rest, which volume root has already; one volume may say \"rest\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_too_much_is_refused_with_numbers),
		TEST(test_nothing_left_for_the_rest),
		TEST(test_snapshots_that_do_not_fit),
		TEST(test_every_small_filesystem_is_named),
		TEST(test_tables_and_disks_that_cannot_be),
		TEST(test_controllers_without_a_disk_are_named),
		TEST(test_mixed_sectors),
		TEST(test_all_reasons_together),
		TEST(test_two_rests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
