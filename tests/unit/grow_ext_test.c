/*
 * Growing an ext: what the kernel is asked for, on images that mke2fs made and with a kernel that is played here, for the real one of
 * today has no need of groups, and the ext3 of 2.6.18 is in none. Its rules are those of verify_group_input() (fs/ext3/resize.c, fs/ext4/resize.c).
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "grow/contents.h"
#include "grow/ext.h"
#include "tests/unit/scratch.h"

struct group { /* struct ext3_new_group_input */
	uint32_t group, block_bitmap, inode_bitmap, inode_table, blocks;
	uint16_t reserved, unused;
};
struct group64 { /* struct ext4_new_group_input */
	uint32_t group;
	uint64_t block_bitmap, inode_bitmap, inode_table;
	uint32_t blocks;
	uint16_t reserved, unused;
};
#define EXTEND_GROUP _IOW('f', 7, unsigned long)
#define ADD_GROUP    _IOW('f', 8, struct group)
#define ADD_GROUP64  _IOW('f', 8, struct group64)
#define RESIZE_FS    _IOW('f', 16, uint64_t)

enum kernel { NEW, EXT3_OLD, EXT4_OLD, NEITHER, ERRORS };

static struct {
	enum kernel is;
	unsigned answers, fails_at; /* the growth that is refused; 0: none */
	unsigned extended, added, resized;
} kernel;

static struct scratch scratch;
static char image[PATH_MAX + 16];
static struct grow_contents contents;

/* The shape as the superblock has it now. */
static struct ext_shape shape_now(void)
{
	struct ext_shape shape;
	struct err err = ERR_INIT;

	if (ext_shape_read(&shape, image, &err))
		fail_msg("%s", err.msg);
	return shape;
}

static void put_word(size_t at, uint32_t value)
{
	int fd = scratch_open(&scratch, "image", O_WRONLY);

	value = htole32(value);
	assert_int_equal(pwrite(fd, &value, sizeof(value), 1024 + (off_t)at), sizeof(value));
	close(fd);
}

static void put_half(size_t at, uint16_t value)
{
	int fd = scratch_open(&scratch, "image", O_WRONLY);

	value = htole16(value);
	assert_int_equal(pwrite(fd, &value, sizeof(value), 1024 + (off_t)at), sizeof(value));
	close(fd);
}

/* A block of descriptors that becomes used is one that was kept. */
static void set_blocks(const struct ext_shape *before, uint64_t blocks)
{
	const uint32_t gdt =
		(uint32_t)((ext_groups(before, blocks) + before->descriptors_per_block - 1) /
			   before->descriptors_per_block);

	put_word(0x4, (uint32_t)blocks);
	if (before->incompatible & 0x80)
		put_word(0x150, (uint32_t)(blocks >> 32));
	assert_true(gdt - before->gdt_blocks <= before->gdt_reserved);
	put_half(0xCE, (uint16_t)(before->gdt_reserved - (gdt - before->gdt_blocks)));
}

static int refuse(int sys)
{
	errno = sys;
	return -1;
}

static int extend_group(const struct ext_shape *shape, uint64_t blocks)
{
	const uint64_t tail = (shape->blocks - shape->first_block) % shape->group_blocks;

	if (blocks == shape->blocks)
		return 0;
	kernel.extended++;
	assert_true(blocks > shape->blocks && tail != 0);
	assert_true(blocks <= shape->blocks + shape->group_blocks - tail);
	set_blocks(shape, blocks);
	return 0;
}

static bool is_backup(uint32_t group)
{
	static const uint32_t groups[] = {0, 1, 3, 5, 7, 9, 25, 27, 49, 81, 125, 243, 343};

	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		if (groups[i] == group)
			return true;
	return false;
}

static int add_group(const struct ext_shape *shape, const struct group64 *group)
{
	const uint64_t start = shape->blocks, end = start + group->blocks;
	const uint64_t table_end = group->inode_table + shape->table_blocks;
	const uint64_t meta_end =
		start + (is_backup(group->group) ? 1 + shape->gdt_blocks + shape->gdt_reserved : 0);
	const uint64_t places[] = {group->block_bitmap, group->inode_bitmap, group->inode_table,
				   table_end - 1};

	kernel.added++;
	assert_int_equal((start - shape->first_block) % shape->group_blocks, 0);
	assert_int_equal(group->group, ext_groups(shape, shape->blocks));
	assert_true(group->blocks <= shape->group_blocks);
	assert_true(group->reserved <= group->blocks / 5);
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		assert_true(places[i] >= meta_end && places[i] < end);
	assert_true(group->block_bitmap < group->inode_bitmap);
	assert_true(group->inode_bitmap < group->inode_table);
	assert_true(table_end < end);
	set_blocks(shape, end);
	return 0;
}

static int add_group32(const struct ext_shape *shape, const struct group *group)
{
	return add_group(shape, &(struct group64){.group = group->group,
						  .block_bitmap = group->block_bitmap,
						  .inode_bitmap = group->inode_bitmap,
						  .inode_table = group->inode_table,
						  .blocks = group->blocks,
						  .reserved = group->reserved});
}

static int resize(const struct ext_shape *shape, uint64_t blocks)
{
	if (blocks == shape->blocks)
		return 0;
	kernel.resized++;
	set_blocks(shape, blocks);
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, void *argument);
int __wrap_ioctl(int fd, unsigned long request, void *argument)
{
	const struct ext_shape shape = shape_now();

	(void)fd;
	if (kernel.is == NEITHER)
		return refuse(ENOTTY);
	if (kernel.is == ERRORS)
		return refuse(EPERM);
	if (kernel.fails_at && ++kernel.answers == kernel.fails_at)
		return refuse(EIO);
	if (request == RESIZE_FS && kernel.is == NEW)
		return resize(&shape, *(uint64_t *)argument);
	if (request == EXTEND_GROUP && kernel.is != NEW)
		return extend_group(&shape, *(unsigned long *)argument);
	if (request == ADD_GROUP && kernel.is == EXT3_OLD)
		return add_group32(&shape, argument);
	if (request == ADD_GROUP64 && kernel.is == EXT4_OLD)
		return add_group(&shape, argument);
	return refuse(ENOTTY);
}

static int setup(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	scratch_make(&scratch);
	snprintf(image, sizeof(image), "%s/image", scratch.path);
	contents = (struct grow_contents){.kind = &grow_ext, .type = "ext3"};
	strcpy(contents.place, "/");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static void make(const char *options)
{
	char script[512];

	snprintf(script, sizeof(script),
		 "export PATH=$PATH:/sbin:/usr/sbin; mke2fs -q -F %s >made 2>&1", options);
	scratch_run(&scratch, script);
}

static int check(uint64_t size, struct err *err)
{
	*err = (struct err)ERR_INIT;
	return grow_ext.check(&contents, image, size, err);
}

static int grow(uint64_t size, struct err *err)
{
	return check(size, err) || grow_ext.grow(&contents, image, err) ? -1 : 0;
}

static void refused(uint64_t size, const char *words)
{
	struct err err;

	assert_int_equal(check(size, &err), -1);
	if (err.code != ERR_GROW_REFUSED || !strstr(err.msg, words))
		fail_msg("[%s] %s", err_name(err.code), err.msg);
	assert_int_equal(kernel.added + kernel.extended + kernel.resized, 0);
}

static const struct row {
	enum kernel kernel;
	const char *options;
	uint64_t from, to;
	unsigned extended, added, resized;
} rows[] = {
	{NEW, "-t ext3 -b 4096 image 100M", MIB(100), GIB(1), 0, 0, 1},
	{NEW, "-t ext4 -b 4096 image 100M", MIB(100), GIB(1), 0, 0, 1},
	{EXT3_OLD, "-t ext3 -b 4096 -I 128 image 100M", MIB(100), GIB(1), 1, 7, 0},
	{EXT3_OLD, "-t ext3 -b 4096 image 128M", MIB(128), GIB(1), 0, 7, 0},
	{EXT3_OLD, "-t ext3 -b 4096 image 100M", MIB(100), MIB(120), 1, 0, 0},
	/* The 129th group begins another block of descriptors, of those that were kept. */
	{EXT3_OLD, "-t ext3 -b 4096 image 15G", GIB(15), GIB(33), 0, 144, 0},
	{EXT3_OLD, "-t ext3 -b 1024 image 100M", MIB(100), MIB(620), 1, 65, 0},
	{EXT4_OLD, "-t ext4 -b 4096 -O ^metadata_csum,^64bit image 100M", MIB(100), GIB(2), 1, 15,
	 0},
	{EXT4_OLD, "-t ext4 -b 4096 image 15G", GIB(15), GIB(17), 0, 16, 0},
};

static void test_grows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		struct err err;

		memset(&kernel, 0, sizeof(kernel));
		kernel.is = row->kernel;
		scratch_run(&scratch, "rm -f image");
		make(row->options);
		assert_int_equal(check(row->to, &err), 0);
		assert_int_equal(contents.bytes, row->from);
		assert_int_equal(contents.after, row->to);
		assert_int_equal(kernel.added + kernel.extended + kernel.resized, 0);
		if (grow(row->to, &err))
			fail_msg("row %zu: %s", i, err.msg);
		assert_int_equal(check(row->to, &err), 0);
		assert_int_equal(contents.bytes, row->to);
		assert_int_equal(kernel.extended, row->extended);
		assert_int_equal(kernel.added, row->added);
		assert_int_equal(kernel.resized, row->resized);
	}
}

/* Bitmaps and tables are where mke2fs has them in one of that size. */
static void test_groups_are_those_of_mke2fs(void **state)
{
	struct err err;

	(void)state;
	kernel.is = EXT3_OLD;
	make("-t ext3 -b 4096 image 100M");
	assert_int_equal(grow(GIB(1), &err), 0);
	for (uint64_t i = 1; i < 8; i++) {
		const struct ext_shape shape = shape_now();
		char script[256];

		snprintf(
			script, sizeof(script),
			"[ -e large ] || PATH=$PATH:/sbin mke2fs -q -F -t ext3 -b 4096 -N %ju -E resize=%ju large 1G >made 2>&1;"
			"PATH=$PATH:/sbin dumpe2fs large 2>/dev/null | grep -q 'Inode table at %ju-'",
			(uintmax_t)(shape.group_inodes * 8),
			(uintmax_t)(shape.gdt_blocks + shape.gdt_reserved) * 128 * 32768,
			(uintmax_t)(i * 32768 + ext_overhead(&shape, i) - shape.table_blocks));
		scratch_run(&scratch, script);
	}
}

static void test_goes_on_after_an_interruption(void **state)
{
	struct err err;

	(void)state;
	make("-t ext3 -b 4096 image 100M");
	kernel.is = EXT3_OLD;
	for (unsigned at = 3; at < 6; at++) {
		kernel.answers = 0;
		kernel.fails_at = at;
		assert_int_equal(grow(GIB(1), &err), -1);
		assert_int_equal(err.code, ERR_GROW);
	}
	kernel.fails_at = 0;
	assert_int_equal(grow(GIB(1), &err), 0);
	assert_int_equal(check(GIB(1), &err), 0);
	assert_int_equal(contents.bytes, GIB(1));
	assert_int_equal(kernel.added, 7);
}

/* A last group that would hold its own tables and nothing else is none. */
static void test_small_tail_is_left(void **state)
{
	struct err err;

	(void)state;
	kernel.is = EXT3_OLD;
	make("-t ext3 -b 4096 image 100M");
	assert_int_equal(grow(MIB(128) + MIB(1), &err), 0);
	assert_int_equal(contents.after, MIB(128));
	assert_int_equal(kernel.added, 0);
	assert_int_equal(check(MIB(128) + MIB(64), &err), 0);
	assert_int_equal(contents.after, MIB(192));
}

static void test_refused(void **state)
{
	(void)state;
	make("-t ext3 -b 4096 image 100M");
	kernel.is = NEITHER;
	refused(GIB(1), "this kernel cannot grow an ext3 that is mounted");
	kernel.is = ERRORS;
	refused(GIB(1), "fsck mends");
}

/* How many descriptors fit is laid down when it is made: without more room here, those of 128 groups. */
static void test_refused_beyond_what_it_was_made_for(void **state)
{
	struct err err;

	(void)state;
	make("-t ext3 -b 4096 -O ^resize_inode image 100M");
	kernel.is = EXT3_OLD;
	refused(GIB(17), "to 16 GiB at most");
	assert_int_equal(check(GIB(16), &err), 0);
	make("-t ext3 -b 4096 -E resize=8388608 image 100M");
	refused(GIB(33), "to 32 GiB at most");
}

static void test_refused_features(void **state)
{
	(void)state;
	make("-t ext4 -b 4096 -O meta_bg,^resize_inode image 100M");
	refused(GIB(1), "feature meta_bg");
	make("-t ext4 -b 4096 -O bigalloc image 100M");
	refused(GIB(1), "feature bigalloc");
}

static void test_what_is_none(void **state)
{
	struct err err;

	(void)state;
	make("-t ext3 -b 4096 image 100M");
	put_word(0x20, 0); /* blocks in a group */
	assert_int_equal(check(GIB(1), &err), -1);
	assert_int_equal(err.code, ERR_GROW);
	scratch_run(&scratch, ": >image");
	assert_int_equal(check(GIB(1), &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
		TEST(grows),
		TEST(groups_are_those_of_mke2fs),
		TEST(goes_on_after_an_interruption),
		TEST(small_tail_is_left),
		TEST(refused),
		TEST(refused_beyond_what_it_was_made_for),
		TEST(refused_features),
		TEST(what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
