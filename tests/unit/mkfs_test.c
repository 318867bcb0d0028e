#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine/superblock.h"
#include "steps/mkfs.h"
#include "steps/mkfs_try.h"
#include "steps/swap_header.h"

#define UUID "12345678-1234-4234-8234-123456789abc"

static struct arena arena;

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void join(char *buf, size_t size, const char *const *argv)
{
	buf[0] = '\0';
	for (size_t i = 0; argv[i]; i++) {
		strncat(buf, i ? " " : "", size - strlen(buf) - 1);
		strncat(buf, argv[i], size - strlen(buf) - 1);
	}
}

static void test_command_lines(void **state)
{
	static const struct {
		enum fs_type type;
		enum fs_profile profile;
		const char *line;
		uint64_t size;
	} rows[] = {
		{FS_XFS, PROFILE_MODERN,
		 "mkfs.xfs -q -f -L data -m uuid=" UUID " -i maxpct=5 /dev/local/data", 0},
		{FS_XFS, PROFILE_3_10,
		 "mkfs.xfs -q -f -m crc=1,finobt=0,rmapbt=0,reflink=0,bigtime=0,inobtcount=0 -i sparse=0 -L data -m uuid=" UUID
		 " -i maxpct=5 /dev/local/data",
		 0},
		{FS_XFS, PROFILE_2_6_18,
		 "mkfs.xfs -q -f -m crc=0,finobt=0,rmapbt=0,reflink=0,bigtime=0,inobtcount=0 "
		 "-i size=256,attr=2,projid32bit=0,sparse=0 -n ftype=0 "
		 "-l lazy-count=0 -L data -m uuid=" UUID " -i maxpct=5 /dev/local/data",
		 0},
		{FS_XFS, PROFILE_2_6_18,
		 "mkfs.xfs -q -f -m crc=0,finobt=0,rmapbt=0,reflink=0,bigtime=0,inobtcount=0 "
		 "-i size=256,attr=2,projid32bit=0,sparse=0 -n ftype=0 "
		 "-l lazy-count=0 -l size=128m -L data -m uuid=" UUID
		 " -i maxpct=5 /dev/local/data",
		 (uint64_t)1 << 40},
		{FS_EXT3, PROFILE_2_6_18,
		 "mke2fs -q -F -b 4096 -I 128 -O none,ext_attr,resize_inode,dir_index,filetype,sparse_super,"
		 "large_file,has_journal -L data -U " UUID " -i maxpct=5 /dev/local/data",
		 0},
	};
	const char *words[] = {"-i", "maxpct=5"};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct plan_fs fs = {.device = "/dev/local/data",
				     .label = "data",
				     .type = rows[i].type,
				     .size = rows[i].size,
				     .mkfs_options = {words, 2},
				     .uuid = UUID};
		char line[512];

		join(line, sizeof(line), mkfs_argv(&fs, rows[i].profile, &arena));
		assert_string_equal(line, rows[i].line);
	}
}

static void test_every_row_is_filled(void **state)
{
	(void)state;
	for (int type = FS_XFS; type <= FS_SWAP; type++) {
		for (int profile = PROFILE_2_6_18; profile <= PROFILE_MODERN; profile++) {
			struct plan_fs fs = {
				.device = "/dev/x", .type = (enum fs_type)type, .uuid = UUID};
			const char *const *argv = mkfs_argv(&fs, (enum fs_profile)profile, &arena);

			assert_int_equal(argv == NULL, type == FS_SWAP);
			if (argv)
				assert_true(
					!strcmp(argv[0], type == FS_XFS ? "mkfs.xfs" : "mke2fs"));
		}
	}
}

/* What we write, libblkid must read. */
static void test_swap_header(void **state)
{
	char path[] = "/tmp/newroot-swap.XXXXXX";
	uint8_t page[SWAP_PAGE];
	struct superblock found;
	struct err err = ERR_INIT;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(swap_header_fill(page, 1 << 20, UUID, "swap-of-15-byte", &err), 0);
	assert_int_equal(write(fd, page, sizeof(page)), sizeof(page));
	assert_int_equal(ftruncate(fd, 1 << 20), 0);
	close(fd);
	assert_int_equal(superblock_read(&found, path, &err), 0);
	unlink(path);
	assert_string_equal(found.type, "swap");
	assert_string_equal(found.uuid, UUID);
	assert_string_equal(found.label, "swap-of-15-byte");
}

static void test_swap_that_cannot_be(void **state)
{
	uint8_t page[SWAP_PAGE];
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(swap_header_fill(page, 9 * SWAP_PAGE, UUID, NULL, &err), -1);
	assert_string_equal(err.msg, "36864 bytes are no size for swap");
	assert_int_equal(swap_header_fill(page, UINT64_MAX, UUID, NULL, &err), -1);
	assert_int_equal(swap_header_fill(page, 1 << 20, "no", NULL, &err), -1);
	assert_int_equal(swap_header_fill(page, 1 << 20, UUID, "swap-of-16-bytes", &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
}

/* By the machine's own makers. */
static void test_words_that_makers_refuse(void **state)
{
	static const struct {
		enum fs_type type;
		enum fs_profile profile;
		const char *words[2];
		const char *refused; /* NULL: taken */
	} rows[] = {
		{FS_EXT3, PROFILE_2_6_18, {"-m", "1"}, NULL},
		{FS_EXT4, PROFILE_MODERN, {"-E", "stride=16"}, NULL},
		{FS_EXT4, PROFILE_MODERN, {"-i", "1"}, "invalid inode ratio 1"},
		{FS_EXT4, PROFILE_MODERN, {"-E", "bogus=1"}, "Bad option(s) specified: bogus"},
		{FS_XFS, PROFILE_MODERN, {"-i", "maxpct=5"}, NULL},
		{FS_XFS, PROFILE_2_6_18, {"-d", "agcount=8"}, NULL},
		{FS_XFS, PROFILE_MODERN, {"-m", "1"}, "unknown option -m 1"},
		{FS_XFS, PROFILE_2_6_18, {"-m", "crc=1"}, "crc option respecified; accepted"},
	};

	(void)state;
	setenv("PATH", "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin", 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *words[] = {rows[i].words[0], rows[i].words[1]};
		struct plan_fs fs = {.device = "/dev/local/data",
				     .type = rows[i].type,
				     .uuid = UUID,
				     .size = (uint64_t)1 << 40,
				     .mkfs_options = {words, 2}};
		struct err err = ERR_INIT;
		int ret;

		if (fs.type == FS_XFS && access("/sbin/mkfs.xfs", X_OK) &&
		    access("/usr/sbin/mkfs.xfs", X_OK))
			continue;
		ret = mkfs_try(&fs, rows[i].profile, "/volumes/1/mkfs_options", NULL, &err);
		if (!rows[i].refused) {
			assert_string_equal(err.msg, "");
			assert_int_equal(ret, 0);
			continue;
		}
		assert_int_equal(ret, -1);
		assert_int_equal(err.code, ERR_JOB_VALUE);
		assert_string_equal(err.where, "/volumes/1/mkfs_options");
		if (!strstr(err.msg, rows[i].refused))
			fail_msg("%s", err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_command_lines, teardown),
		cmocka_unit_test_teardown(test_every_row_is_filled, teardown),
		cmocka_unit_test_teardown(test_words_that_makers_refuse, teardown),
		cmocka_unit_test_teardown(test_swap_header, teardown),
		cmocka_unit_test_teardown(test_swap_that_cannot_be, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
