#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "plan/parts.h"
#include "plan/plan.h"

#define TIB(n) ((uint64_t)(n) << 40)

static struct arena arena;
static struct plan plan;
static struct err_list errors;

/* The smallest useful job; every test changes what it is about. */
static struct job_volume volumes[] = {
	{.json_path = "/volumes/0", .name = "root", .size = {SIZE_BYTES, GIB(2), 0}, .fs = FS_XFS, .mount = "/",
	 .mount_options = "defaults"},
	{.json_path = "/volumes/1", .name = "data", .size = {SIZE_REST, 0, 0}, .fs = FS_XFS, .mount = "/data",
	 .mount_options = "noatime,nodev"},
	{.json_path = "/volumes/2", .name = "swap", .size = {SIZE_BYTES, GIB(1), 0}, .fs = FS_SWAP,
	 .mount_options = "sw"},
};
static const struct job default_job = {
	.disks = {.boot = {.json_path = "/disks/boot", .order = 0}, .all_others = true},
	.boot = {.size = MIB(512), .fs = FS_EXT3, .label = "boot"},
	.vg = "local",
	.reserve = {SIZE_PERCENT, 0, 500},
	.volumes = volumes,
	.volume_count = 3,
};
static const struct disk disk_8g = {.path = "/dev/vda", .name = "vda", .serial = "system", .wwn = "", .model = "",
				    .size = GIB(8), .logical_sector = 512, .physical_sector = 512};
static const struct disk disk_4g = {.path = "/dev/vdb", .name = "vdb", .serial = "", .wwn = "naa.5000c500a1b2c3d4",
				    .model = "Virtual disk", .size = GIB(4), .logical_sector = 512,
				    .physical_sector = 4096};

static int make(const struct job *job, struct disk *disks, size_t count, enum firmware firmware)
{
	static struct machine machine;

	machine = (struct machine){.disks = disks, .disk_count = count, .firmware = firmware};
	return plan_make(&plan, job, &machine, &arena, &errors);
}

static int setup(void **state)
{
	static const struct job_volume fresh[] = {
		{.json_path = "/volumes/0", .name = "root", .size = {SIZE_BYTES, GIB(2), 0}, .fs = FS_XFS,
		 .mount = "/", .mount_options = "defaults"},
		{.json_path = "/volumes/1", .name = "data", .size = {SIZE_REST, 0, 0}, .fs = FS_XFS,
		 .mount = "/data", .mount_options = "noatime,nodev"},
		{.json_path = "/volumes/2", .name = "swap", .size = {SIZE_BYTES, GIB(1), 0}, .fs = FS_SWAP,
		 .mount_options = "sw"},
	};

	(void)state;
	memcpy(volumes, fresh, sizeof(fresh));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	err_list_free(&errors);
	return 0;
}

static void test_partitions(void **state)
{
	static const struct {
		uint64_t size;
		uint32_t sector;
		enum table_type asked, table;
		uint64_t boot_start, pv_start, pv_end;
	} rows[] = {
		{GIB(8), 512, TABLE_AUTO, TABLE_MSDOS, MIB(1), MIB(513), GIB(8)},
		{GIB(8), 4096, TABLE_AUTO, TABLE_MSDOS, MIB(1), MIB(513), GIB(8)},
		{GIB(8), 512, TABLE_GPT, TABLE_GPT, MIB(2), MIB(514), GIB(8) - MIB(1)},
		{GIB(8), 4096, TABLE_GPT, TABLE_GPT, MIB(2), MIB(514), GIB(8) - MIB(1)},
		/* An odd tail is left over; what GPT needs fits into it. */
		{GIB(8) + 33 * 512, 512, TABLE_GPT, TABLE_GPT, MIB(2), MIB(514), GIB(8)},
		{GIB(8) + 32 * 512, 512, TABLE_GPT, TABLE_GPT, MIB(2), MIB(514), GIB(8) - MIB(1)},
		{GIB(8) + 512, 512, TABLE_MSDOS, TABLE_MSDOS, MIB(1), MIB(513), GIB(8)},
		/* 32-bit sector numbers end at 2 TiB. */
		{TIB(2), 512, TABLE_AUTO, TABLE_MSDOS, MIB(1), MIB(513), TIB(2)},
		{TIB(2) + 512, 512, TABLE_AUTO, TABLE_GPT, MIB(2), MIB(514), TIB(2) - MIB(1)},
		{TIB(3), 4096, TABLE_MSDOS, TABLE_MSDOS, MIB(1), MIB(513), TIB(3)},
		{TIB(64), 512, TABLE_AUTO, TABLE_GPT, MIB(2), MIB(514), TIB(64) - MIB(1)},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct disk disk = disk_8g;
		struct job job = default_job;
		const struct plan_partition *boot, *pv;

		disk.size = rows[i].size;
		disk.logical_sector = disk.physical_sector = rows[i].sector;
		job.table = rows[i].asked;
		assert_int_equal(make(&job, &disk, 1, FIRMWARE_BIOS), 0);
		assert_int_equal(plan.disks[0].table, rows[i].table);
		boot = &plan.disks[0].partitions[plan.disks[0].partition_count - 2];
		pv = &plan.disks[0].partitions[plan.disks[0].partition_count - 1];
		assert_int_equal(boot->start, rows[i].boot_start);
		assert_int_equal(pv->start, rows[i].pv_start);
		assert_int_equal(boot->start + boot->size, pv->start);
		assert_int_equal(pv->start + pv->size, rows[i].pv_end);
		assert_int_equal(plan.extents, (pv->size - MIB(1)) / MIB(4));
	}
}

static void test_partition_names(void **state)
{
	struct disk disk = disk_8g;

	(void)state;
	assert_int_equal(make(&default_job, &disk, 1, FIRMWARE_BIOS), 0);
	assert_string_equal(plan.pvs[0].path, "/dev/vda2");
	disk.path = "/dev/nvme0n1";
	assert_int_equal(make(&default_job, &disk, 1, FIRMWARE_BIOS), 0);
	assert_string_equal(plan.pvs[0].path, "/dev/nvme0n1p2");
	assert_string_equal(plan_fs_at(&plan, "/boot")->device, "/dev/nvme0n1p1");
}

/* 8 GiB with msdos: 7679 MiB of PV, 1919 extents; 4 GiB: 1023 extents. */
static void test_sizes(void **state)
{
	static const struct {
		struct job_size root, data, swap, reserve;
		size_t disks;
		uint64_t extents[3], all, left;
	} rows[] = {
		{{SIZE_BYTES, GIB(2), 0}, {SIZE_REST, 0, 0}, {SIZE_BYTES, GIB(1), 0}, {SIZE_PERCENT, 0, 500}, 1,
		 {512, 1055, 256}, 1919, 96},
		{{SIZE_BYTES, GIB(2), 0}, {SIZE_REST, 0, 0}, {SIZE_BYTES, GIB(1), 0}, {SIZE_PERCENT, 0, 500}, 2,
		 {512, 2026, 256}, 2942, 148},
		/* Bytes are rounded up to extents. */
		{{SIZE_BYTES, GIB(2) + 1, 0}, {SIZE_REST, 0, 0}, {SIZE_BYTES, 1, 0}, {SIZE_BYTES, 1, 0}, 1,
		 {513, 1404, 1}, 1919, 1},
		/* Per cent are of the whole VG and rounded down. */
		{{SIZE_PERCENT, 0, 5000}, {SIZE_PERCENT, 0, 3333}, {SIZE_PERCENT, 0, 1000}, {SIZE_PERCENT, 0, 500}, 1,
		 {959, 639, 191}, 1919, 130},
		/* All of it, to the last extent. */
		{{SIZE_BYTES, 1000 * MIB(4), 0}, {SIZE_BYTES, 900 * MIB(4), 0}, {SIZE_BYTES, 19 * MIB(4), 0},
		 {SIZE_BYTES, 0, 0}, 1, {1000, 900, 19}, 1919, 0},
	};
	struct disk disks[] = {disk_8g, disk_4g};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct job job = default_job;

		volumes[0].size = rows[i].root;
		volumes[1].size = rows[i].data;
		volumes[2].size = rows[i].swap;
		job.reserve = rows[i].reserve;
		assert_int_equal(make(&job, disks, rows[i].disks, FIRMWARE_BIOS), 0);
		for (size_t v = 0; v < 3; v++)
			assert_int_equal(plan.lvs[v].extents, rows[i].extents[v]);
		assert_int_equal(plan.extents, rows[i].all);
		assert_int_equal(plan.free_extents, rows[i].left);
	}
}

static void assert_error(size_t index, enum err_code code, const char *where, const char *msg)
{
	assert_true(index < errors.count);
	assert_string_equal(err_name(errors.item[index].code), err_name(code));
	assert_string_equal(errors.item[index].where, where);
	assert_string_equal(errors.item[index].msg, msg);
}

static void test_too_much_is_refused_with_numbers(void **state)
{
	struct disk disk = disk_8g;

	(void)state;
	volumes[0].size.bytes = GIB(7);
	assert_int_equal(make(&default_job, &disk, 1, FIRMWARE_BIOS), -1);
	assert_int_equal(errors.count, 1);
	assert_error(0, ERR_MACHINE_SPACE, "/volumes",
		     "root 1792 + swap 256 + reserve 96 = 2144 extents of 4 MiB (8992587776 bytes) are asked for, "
		     "but VG local on 1 disk has 1919 (8048869376 bytes): 225 extents (943718400 bytes) too many");
}

static void test_nothing_left_for_the_rest(void **state)
{
	struct disk disk = disk_8g;
	struct job job = default_job;

	(void)state;
	job.reserve = (struct job_size){SIZE_BYTES, 0, 0};
	volumes[0].size.bytes = (1919 - 256) * MIB(4);
	assert_int_equal(make(&job, &disk, 1, FIRMWARE_BIOS), -1);
	assert_error(0, ERR_MACHINE_SPACE, "/volumes/1",
		     "volume data wants the rest of VG local, but the other volumes and the reserve use all "
		     "1919 extents of 4 MiB (8048869376 bytes)");
}

/* Extents of a snapshot are dealt out before the rest; beyond what it can use (255 to 256, 256 to 258) none. */
static void test_snapshots(void **state)
{
#define NONE          {SIZE_BYTES, 0, 0}
#define BYTES(n)      {SIZE_BYTES, n, 0}
#define PERCENT(n)    {SIZE_PERCENT, 0, n}
	static const struct {
		uint64_t root_size; /* bytes; data has the rest */
		struct job_size root, data;
		uint64_t snapshots[2], data_extents, left;
	} rows[] = {
		{GIB(2), NONE, NONE, {0, 0}, 1055, 96},
		{GIB(2), PERCENT(2000), NONE, {103, 0}, 952, 96}, /* 102.4, rounded up */
		{GIB(2), BYTES(1), NONE, {1, 0}, 1054, 96},
		{GIB(2), BYTES(GIB(1)), BYTES(GIB(1)), {256, 256}, 543, 96},
		{255 * MIB(4), PERCENT(10000), NONE, {255, 0}, 1057, 96},
		{255 * MIB(4), BYTES(INT64_MAX), NONE, {256, 0}, 1056, 96},
		{256 * MIB(4), BYTES(INT64_MAX), NONE, {258, 0}, 1053, 96},
		/* Of the rest: what it and its snapshot share is used up, or one extent is left. */
		{GIB(2), NONE, PERCENT(2000), {0, 176}, 879, 96},
		{GIB(2), NONE, PERCENT(3333), {0, 264}, 791, 96},
		{GIB(2), NONE, PERCENT(10000), {0, 527}, 527, 97},
		{GIB(2), NONE, BYTES(INT64_MAX), {0, 529}, 526, 96},
	};
	struct disk disk = disk_8g;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		volumes[0].size.bytes = rows[i].root_size;
		volumes[0].snapshot = rows[i].root;
		volumes[1].snapshot = rows[i].data;
		assert_int_equal(make(&default_job, &disk, 1, FIRMWARE_BIOS), 0);
		assert_int_equal(plan.lvs[0].snapshot_extents, rows[i].snapshots[0]);
		assert_int_equal(plan.lvs[1].snapshot_extents, rows[i].snapshots[1]);
		assert_int_equal(plan.lvs[1].extents, rows[i].data_extents);
		assert_int_equal(plan.free_extents, rows[i].left);
		assert_int_equal(plan_snapshot_extents(&plan), rows[i].snapshots[0] + rows[i].snapshots[1]);
		assert_int_equal(plan_snapshot_count(&plan),
				 (rows[i].snapshots[0] > 0) + (rows[i].snapshots[1] > 0));
	}
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
		     "root 1000 + root.installed 800 + swap 256 + reserve 96 = 2152 extents of 4 MiB (9026142208 bytes) "
		     "are asked for, but VG local on 1 disk has 1919 (8048869376 bytes): 233 extents (977272832 bytes) "
		     "too many");
	/* One extent is left, and a snapshot needs another. */
	volumes[0].size.bytes = (1919 - 96 - 256 - 1) * MIB(4);
	volumes[0].snapshot = (struct job_size){0};
	volumes[1].snapshot = (struct job_size){SIZE_BYTES, 1, 0};
	assert_int_equal(make(&job, &disk, 1, FIRMWARE_BIOS), -1);
	assert_error(1, ERR_MACHINE_SPACE, "/volumes/1",
		     "volume data wants the rest of VG local, but the other volumes and the reserve use all "
		     "1919 extents of 4 MiB (8048869376 bytes)");
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
	assert_error(0, ERR_MACHINE_SPACE, "/boot",
		     "/dev/vda1 would have 1048576 bytes; ext3 takes from 8388608 to 17592186044416 bytes");
	assert_error(1, ERR_MACHINE_SPACE, "/volumes/0",
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
	assert_error(0, ERR_MACHINE_DISK, "/dev/vda",
		     "table \"msdos\" reaches 2 TiB with 512-byte sectors, but the disk has 3 TiB "
		     "(3298534883328 bytes); accepted is \"gpt\" or \"auto\"");
	disk.size = MIB(512);
	assert_int_equal(make(&default_job, &disk, 1, FIRMWARE_BIOS), -1);
	assert_error(1, ERR_MACHINE_SPACE, "/dev/vda",
		     "has 536870912 bytes, but a boot disk with this /boot and one PV needs at least 543162368");
	assert_int_equal(make(&default_job, NULL, 0, FIRMWARE_BIOS), -1);
	assert_error(2, ERR_MACHINE_DISK, "",
		     "this machine has no disk; accepted are SCSI, ATA, virtio, NVMe and Xen disks");
}

static void test_mixed_sectors(void **state)
{
	struct disk disks[] = {disk_8g, disk_4g};

	(void)state;
	disks[1].logical_sector = 4096;
	assert_int_equal(make(&default_job, disks, 2, FIRMWARE_BIOS), -1);
	assert_int_equal(errors.count, 1);
	assert_error(0, ERR_MACHINE_DISK, "/dev/vdb",
		     "has 4096-byte sectors, but /dev/vda has 512-byte sectors, and a VG takes one kind only; "
		     "name the disks to use in the job");
}

static void test_all_reasons_together(void **state)
{
	struct disk disks[] = {disk_8g, disk_4g};

	(void)state;
	disks[1].read_only = true;
	volumes[0].size.bytes = GIB(70);
	assert_int_equal(make(&default_job, disks, 2, FIRMWARE_UEFI), -1);
	assert_int_equal(errors.count, 3);
	assert_error(0, ERR_MACHINE_FIRMWARE, "",
		     "this machine was started by UEFI, and newroot installs GRUB for a BIOS only");
	assert_error(1, ERR_MACHINE_DISK, "/dev/vdb",
		     "the disk is read only; make it writable, or name the disks to use in the job");
	assert_int_equal(errors.item[2].code, ERR_MACHINE_SPACE);
}

static void test_two_rests(void **state)
{
	struct disk disk = disk_8g;

	(void)state;
	volumes[0].size = (struct job_size){SIZE_REST, 0, 0};
	assert_int_equal(make(&default_job, &disk, 1, FIRMWARE_BIOS), -1);
	assert_error(0, ERR_JOB_CONFLICT, "/volumes/1",
		     "volume data wants the rest, which volume root has already; one volume may say \"rest\"");
}

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
		     "this machine has no disk number 0 with serial 'other'; it has 0: /dev/vda, 8 GiB, serial "
		     "'system'; 1: /dev/vdb, 4 GiB, wwn 'naa.5000c500a1b2c3d4'");
}

static void test_other_disks_by_name(void **state)
{
	struct job_disk others[] = {{.json_path = "/disks/others/0", .order = -1, .serial = "system"},
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
	assert_error(0, ERR_MACHINE_DISK, "/disks/others/0",
		     "the disk with serial 'system' is /dev/vda, which the job uses already; every disk may be "
		     "used once");
	assert_string_equal(errors.item[1].where, "/disks/others/1");
}

static void test_orders(void **state)
{
	static struct job_volume nested[] = {
		{.json_path = "/volumes/0", .name = "log", .size = {SIZE_BYTES, GIB(1), 0}, .mount = "/var/log"},
		{.json_path = "/volumes/1", .name = "swap", .size = {SIZE_BYTES, GIB(1), 0}, .fs = FS_SWAP},
		{.json_path = "/volumes/2", .name = "spare", .size = {SIZE_BYTES, GIB(1), 0}},
		{.json_path = "/volumes/3", .name = "var", .size = {SIZE_BYTES, GIB(1), 0}, .mount = "/var"},
		{.json_path = "/volumes/4", .name = "root", .size = {SIZE_BYTES, GIB(1), 0}, .mount = "/"},
	};
	static struct job_archive archives[] = {{.to = "/var/log"}, {.to = "/"}, {.to = "/var"}, {.to = "/"}};
	static const char *const devices[] = {"/dev/local/root", "/dev/vda1", "/dev/local/var", "/dev/local/log",
					      "/dev/local/spare", "/dev/local/swap"};
	static const size_t unpacked[] = {1, 3, 2, 0};
	struct disk disk = disk_8g;
	struct job job = default_job;

	(void)state;
	job.volumes = nested;
	job.volume_count = 5;
	job.archives = archives;
	job.archive_count = 4;
	assert_int_equal(make(&job, &disk, 1, FIRMWARE_BIOS), 0);
	assert_int_equal(plan.fs_count, 6);
	for (size_t i = 0; i < plan.fs_count; i++)
		assert_string_equal(plan.filesystems[i].device, devices[i]);
	for (size_t i = 0; i < plan.archive_count; i++)
		assert_ptr_equal(plan.archives[i], &archives[unpacked[i]]);
}

static void test_uuids(void **state)
{
	struct disk disk = disk_8g;
	const struct plan_fs *boot;

	(void)state;
	assert_int_equal(make(&default_job, &disk, 1, FIRMWARE_BIOS), 0);
	boot = plan_fs_at(&plan, "/boot");
	assert_int_equal(strlen(boot->uuid), 36);
	assert_int_equal(boot->uuid[14], '4');
	assert_string_equal(boot->spec + strlen("UUID="), boot->uuid);
	assert_string_equal(plan_fs_at(&plan, "/")->spec, "/dev/local/root");
	assert_null(plan_fs_at(&plan, "/nowhere"));
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 65536);

	assert_non_null(text);
	if (file) {
		assert_true(fread(text, 1, 65535, file) > 0);
		fclose(file);
	}
	return text;
}

/* What is printed must equal tests/unit/golden/NAME; with UPDATE_GOLDEN=1 it is written instead. */
static void assert_printed(const char *name)
{
	char path[256], *text, *golden;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < plan.fs_count; i++) {
		snprintf(path, sizeof(path), "00000000-0000-4000-8000-%012zu", i);
		plan_set_uuid(&plan, &plan.filesystems[i], path);
	}
	assert_int_equal(plan_print(&plan, out), 0);
	fclose(out);
	snprintf(path, sizeof(path), "tests/unit/golden/%s", name);
	if (getenv("UPDATE_GOLDEN")) {
		FILE *file = fopen(path, "w");

		assert_non_null(file);
		fputs(text, file);
		fclose(file);
	}
	golden = read_file(path);
	assert_string_equal(text, golden);
	free(golden);
	free(text);
}

static void test_printed(void **state)
{
	static struct job_archive archives[] = {
		{.to = "/data", .source = {.url = "https://service/v1/archives/vm42/data.tar.zst"}},
		{.to = "/", .source = {.url = "https://service/v1/archives/vm42/root.tar.gz", .has_sha256 = true}},
	};
	struct disk disks[] = {disk_8g, disk_4g};
	struct job job = default_job;

	(void)state;
	job.archives = archives;
	job.archive_count = 2;
	job.kernel = (struct job_kernel){
		.given = true,
		.source = {.url = "https://service/v1/archives/kernel-2.6.18-164.el5.x86_64.rpm", .has_sha256 = true}};
	assert_int_equal(make(&job, disks, 2, FIRMWARE_BIOS), 0);
	assert_printed("plan-two-disks-msdos.txt");
	disks[0].size = TIB(3) + 512;
	disks[0].path = "/dev/nvme0n1";
	disks[0].logical_sector = disks[0].physical_sector = 4096;
	volumes[0].size = (struct job_size){SIZE_PERCENT, 0, 1250};
	volumes[0].label = "rootfs";
	job = default_job;
	assert_int_equal(make(&job, disks, 1, FIRMWARE_BIOS), 0);
	assert_printed("plan-one-disk-gpt-4k.txt");
	disks[0] = disk_8g;
	volumes[0].size = (struct job_size){SIZE_BYTES, GIB(2), 0};
	volumes[0].label = NULL;
	volumes[0].snapshot = (struct job_size){SIZE_BYTES, MIB(600), 0};
	volumes[1].snapshot = (struct job_size){SIZE_PERCENT, 0, 1250};
	assert_int_equal(make(&job, disks, 2, FIRMWARE_BIOS), 0);
	assert_printed("plan-snapshots.txt");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_partitions),
		TEST(test_partition_names),
		TEST(test_sizes),
		TEST(test_too_much_is_refused_with_numbers),
		TEST(test_nothing_left_for_the_rest),
		TEST(test_snapshots),
		TEST(test_snapshots_that_do_not_fit),
		TEST(test_every_small_filesystem_is_named),
		TEST(test_tables_and_disks_that_cannot_be),
		TEST(test_mixed_sectors),
		TEST(test_all_reasons_together),
		TEST(test_two_rests),
		TEST(test_disk_selection),
		TEST(test_other_disks_by_name),
		TEST(test_orders),
		TEST(test_uuids),
		TEST(test_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
