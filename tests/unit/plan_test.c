/* What a plan makes of a job and a machine: sizes, in their order, as a person reads them. */
#include "plan_fixture.h"

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

/* clang-format would break these initialisers into blocks. */
/* clang-format off */
#define NONE       {SIZE_BYTES, 0, 0}
#define REST       {SIZE_REST, 0, 0}
#define BYTES(n)   {SIZE_BYTES, n, 0}
#define EXTENTS(n) {SIZE_BYTES, (n) * MIB(4), 0}
#define SHARE(n)   {SIZE_PERCENT, 0, n}
/* clang-format on */

/* 8 GiB with msdos: 7679 MiB of PV, 1919 extents; 4 GiB: 1023 extents. */
static void test_sizes(void **state)
{
	static const struct {
		struct job_size root, data, swap, reserve;
		size_t disks;
		uint64_t extents[3], all, left;
	} rows[] = {
		{BYTES(GIB(2)), REST, BYTES(GIB(1)), SHARE(500), 1, {512, 1055, 256}, 1919, 96},
		{BYTES(GIB(2)), REST, BYTES(GIB(1)), SHARE(500), 2, {512, 2026, 256}, 2942, 148},
		/* Bytes are rounded up to extents. */
		{BYTES(GIB(2) + 1), REST, BYTES(1), BYTES(1), 1, {513, 1404, 1}, 1919, 1},
		/* Per cent are of the whole VG and rounded down. */
		{SHARE(5000), SHARE(3333), SHARE(1000), SHARE(500), 1, {959, 639, 191}, 1919, 130},
		/* All of it, to the last extent. */
		{EXTENTS(1000), EXTENTS(900), EXTENTS(19), NONE, 1, {1000, 900, 19}, 1919, 0},
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

/* Extents of a snapshot are dealt out before the rest; beyond what it can use (255 to 256, 256 to 258) none. */
static void test_snapshots(void **state)
{
	static const struct {
		uint64_t root_size; /* bytes; data has the rest */
		struct job_size root, data;
		uint64_t snapshots[2], data_extents, left;
	} rows[] = {
		{GIB(2), NONE, NONE, {0, 0}, 1055, 96},
		{GIB(2), SHARE(2000), NONE, {103, 0}, 952, 96}, /* 102.4, rounded up */
		{GIB(2), BYTES(1), NONE, {1, 0}, 1054, 96},
		{GIB(2), BYTES(GIB(1)), BYTES(GIB(1)), {256, 256}, 543, 96},
		{255 * MIB(4), SHARE(10000), NONE, {255, 0}, 1057, 96},
		{255 * MIB(4), BYTES(INT64_MAX), NONE, {256, 0}, 1056, 96},
		{256 * MIB(4), BYTES(INT64_MAX), NONE, {258, 0}, 1053, 96},
		/* Of the rest: what it and its snapshot share is used up, or one extent is left. */
		{GIB(2), NONE, SHARE(2000), {0, 176}, 879, 96},
		{GIB(2), NONE, SHARE(3333), {0, 264}, 791, 96},
		{GIB(2), NONE, SHARE(10000), {0, 527}, 527, 97},
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
		assert_int_equal(plan_snapshot_extents(&plan),
				 rows[i].snapshots[0] + rows[i].snapshots[1]);
		assert_int_equal(plan_snapshot_count(&plan),
				 (rows[i].snapshots[0] > 0) + (rows[i].snapshots[1] > 0));
	}
}

static void test_orders(void **state)
{
	static struct job_volume nested[] = {
		{.json_path = "/volumes/0",
		 .name = "log",
		 .size = {SIZE_BYTES, GIB(1), 0},
		 .mount = "/var/log"},
		{.json_path = "/volumes/1",
		 .name = "swap",
		 .size = {SIZE_BYTES, GIB(1), 0},
		 .fs = FS_SWAP},
		{.json_path = "/volumes/2", .name = "spare", .size = {SIZE_BYTES, GIB(1), 0}},
		{.json_path = "/volumes/3",
		 .name = "var",
		 .size = {SIZE_BYTES, GIB(1), 0},
		 .mount = "/var"},
		{.json_path = "/volumes/4",
		 .name = "root",
		 .size = {SIZE_BYTES, GIB(1), 0},
		 .mount = "/"},
	};
	static struct job_archive archives[] = {
		{.to = "/var/log"}, {.to = "/"}, {.to = "/var"}, {.to = "/"}};
	static const char *const devices[] = {"/dev/local/root",  "/dev/vda1",
					      "/dev/local/var",   "/dev/local/log",
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
		{.to = "/",
		 .source = {.url = "https://service/v1/archives/vm42/root.tar.gz",
			    .has_sha256 = true}},
	};
	struct disk disks[] = {disk_8g, disk_4g};
	struct job job = default_job;

	(void)state;
	job.archives = archives;
	job.archive_count = 2;
	job.kernel = (struct job_kernel){
		.given = true,
		.source = {.url = "https://service/v1/archives/kernel-2.6.18-164.el5.x86_64.rpm",
			   .has_sha256 = true}};
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_partitions), TEST(test_partition_names), TEST(test_sizes),
		TEST(test_snapshots),  TEST(test_orders),          TEST(test_uuids),
		TEST(test_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
