/* A small machine and the smallest useful job; every test changes what it is about. */
#ifndef NEWROOT_TESTS_PLAN_FIXTURE_H
#define NEWROOT_TESTS_PLAN_FIXTURE_H

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
	{.json_path = "/volumes/0",
	 .name = "root",
	 .size = {SIZE_BYTES, GIB(2), 0},
	 .fs = FS_XFS,
	 .mount = "/",
	 .mount_options = "defaults"},
	{.json_path = "/volumes/1",
	 .name = "data",
	 .size = {SIZE_REST, 0, 0},
	 .fs = FS_XFS,
	 .mount = "/data",
	 .mount_options = "noatime,nodev"},
	{.json_path = "/volumes/2",
	 .name = "swap",
	 .size = {SIZE_BYTES, GIB(1), 0},
	 .fs = FS_SWAP,
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
static const struct disk disk_8g = {.path = "/dev/vda",
				    .counted_path = "/dev/vda",
				    .location = "pci0000:00/0000:00:04.0",
				    .name = "vda",
				    .serial = "system",
				    .wwn = "",
				    .model = "",
				    .size = GIB(8),
				    .logical_sector = 512,
				    .physical_sector = 512};
static const struct disk disk_4g = {.path = "/dev/vdb",
				    .counted_path = "/dev/vdb",
				    .location = "pci0000:00/0000:00:05.0",
				    .name = "vdb",
				    .serial = "",
				    .wwn = "naa.5000c500a1b2c3d4",
				    .model = "Virtual disk",
				    .size = GIB(4),
				    .logical_sector = 512,
				    .physical_sector = 4096};

static inline int make(const struct job *job, struct disk *disks, size_t count,
		       enum firmware firmware)
{
	static struct machine machine;

	machine = (struct machine){.disks = disks, .disk_count = count, .firmware = firmware};
	return plan_make(&plan, job, &machine, &arena, &errors);
}

static inline int setup(void **state)
{
	static const struct job_volume fresh[] = {
		{.json_path = "/volumes/0",
		 .name = "root",
		 .size = {SIZE_BYTES, GIB(2), 0},
		 .fs = FS_XFS,
		 .mount = "/",
		 .mount_options = "defaults"},
		{.json_path = "/volumes/1",
		 .name = "data",
		 .size = {SIZE_REST, 0, 0},
		 .fs = FS_XFS,
		 .mount = "/data",
		 .mount_options = "noatime,nodev"},
		{.json_path = "/volumes/2",
		 .name = "swap",
		 .size = {SIZE_BYTES, GIB(1), 0},
		 .fs = FS_SWAP,
		 .mount_options = "sw"},
	};

	(void)state;
	memcpy(volumes, fresh, sizeof(fresh));
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	err_list_free(&errors);
	return 0;
}

static inline void assert_error(size_t index, enum err_code code, const char *where,
				const char *msg)
{
	assert_true(index < errors.count);
	assert_string_equal(err_name(errors.item[index].code), err_name(code));
	assert_string_equal(errors.item[index].where, where);
	assert_string_equal(errors.item[index].msg, msg);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

#endif
