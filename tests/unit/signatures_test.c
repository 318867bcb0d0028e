#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libfdisk/libfdisk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "steps/signatures.h"
#include "steps/swap_header.h"

#define DISK_SIZE MIB(16)
#define UUID      "12345678-1234-4234-8234-123456789abc"

#include "tests/unit/disk_file.h"

/* A table with partitions at 1-4 MiB and 4-16 MiB (less what GPT keeps). */
static void make_table(const char *type)
{
	struct fdisk_context *context = fdisk_new_context();

	assert_int_equal(fdisk_assign_device(context, path, 0), 0);
	assert_int_equal(fdisk_create_disklabel(context, type), 0);
	for (unsigned i = 0; i < 2; i++) {
		struct fdisk_partition *partition = fdisk_new_partition();

		fdisk_partition_set_partno(partition, i);
		fdisk_partition_set_start(partition, (i ? MIB(4) : MIB(1)) / 512);
		fdisk_partition_set_size(partition, (i ? MIB(11) : MIB(3)) / 512);
		assert_int_equal(fdisk_add_partition(context, partition, NULL), 0);
		fdisk_unref_partition(partition);
	}
	assert_int_equal(fdisk_write_disklabel(context), 0);
	assert_int_equal(fdisk_deassign_device(context, 1), 0);
	fdisk_unref_context(context);
}

static void make_swap(uint64_t at, uint64_t size)
{
	uint8_t page[SWAP_PAGE];
	struct err err = ERR_INIT;

	assert_int_equal(swap_header_fill(page, size, UUID, NULL, &err), 0);
	assert_int_equal(pwrite(fd, page, sizeof(page), (off_t)at), sizeof(page));
}

static void zero(uint64_t at, size_t size)
{
	char *zeros = calloc(1, size);

	assert_int_equal(pwrite(fd, zeros, size, (off_t)at), size);
	free(zeros);
}

static void assert_left(struct extent extent, const char *expected)
{
	char type[32];
	struct err err = ERR_INIT;

	assert_int_equal(signatures_left(fd, path, extent, type, &err), expected ? 1 : 0);
	assert_string_equal(type, expected ? expected : "");
}

static void find_partitions(struct extents *found)
{
	struct err err = ERR_INIT;

	*found = (struct extents){0};
	assert_int_equal(signatures_partitions(found, fd, path, DISK_SIZE, &err), 0);
}

static unsigned erase(struct extent extent)
{
	struct err err = ERR_INIT;
	unsigned erased = 0;

	assert_int_equal(signatures_erase(fd, path, extent, &erased, &err), 0);
	return erased;
}

static void test_partitions_of_every_table(void **state)
{
	static const char *const tables[] = {"dos", "gpt"};
	struct extents found;

	(void)state;
	find_partitions(&found);
	assert_int_equal(found.count, 0);
	for (size_t i = 0; i < 2; i++) {
		make_table(tables[i]);
		find_partitions(&found);
		assert_int_equal(found.count, 2);
		assert_int_equal(found.item[0].start, MIB(1));
		assert_int_equal(found.item[1].size, MIB(11));
	}
}

static void test_backup_gpt_only(void **state)
{
	struct extents found;

	(void)state;
	make_table("gpt");
	zero(0, MIB(1));
	find_partitions(&found);
	assert_int_equal(found.count, 2);
	assert_left((struct extent){0, DISK_SIZE}, "gpt");
	assert_true(erase((struct extent){0, DISK_SIZE}) > 0);
	assert_left((struct extent){0, DISK_SIZE}, NULL);
	find_partitions(&found);
	assert_int_equal(found.count, 0);
}

static void test_erased_only_where_asked(void **state)
{
	const struct extent first = {MIB(1), MIB(3)}, second = {MIB(4), MIB(11)};

	(void)state;
	make_swap(first.start, first.size);
	make_swap(second.start, second.size);
	assert_int_equal(erase(first), 1);
	assert_left(first, NULL);
	assert_left(second, "swap");
	assert_int_equal(erase((struct extent){0, DISK_SIZE}), 0);
}

static void test_table_within_a_partition(void **state)
{
	(void)state;
	make_table("dos");
	make_table("gpt");
	assert_true(erase((struct extent){0, DISK_SIZE}) >= 2);
	assert_left((struct extent){0, DISK_SIZE}, NULL);
}

static void test_a_table_that_lies(void **state)
{
	struct extents found = {0};
	struct err err = ERR_INIT;

	(void)state;
	make_table("dos");
	assert_int_equal(signatures_partitions(&found, fd, path, MIB(10), &err), 0);
	assert_int_equal(found.count, 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, disk_setup, disk_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_partitions_of_every_table), TEST(test_backup_gpt_only),
		TEST(test_erased_only_where_asked),   TEST(test_table_within_a_partition),
		TEST(test_a_table_that_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
