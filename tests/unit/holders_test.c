#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "steps/holders.h"
#include "tests/unit/sysfs_tree.h"

static char root[PATH_MAX];
static struct arena arena;
static struct holders holders;

static int setup(void **state)
{
	(void)state;
	sysfs_tree_make(root, "lvm-on-md");
	holders = (struct holders){0};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sysfs_tree_remove(root);
	arena_free(&arena);
	return 0;
}

static void find(const char *disk)
{
	struct err err = ERR_INIT;

	assert_int_equal(holders_find(&holders, root, disk, &arena, &err), 0);
}

static size_t place_of(const char *name)
{
	for (size_t i = 0; i < holders.count; i++)
		if (!strcmp(holders.item[i].name, name))
			return i;
	fail_msg("%s was not found", name);
	return 0;
}

static void test_leaf_first_and_once(void **state)
{
	static const char *const order[][2] = {
		{"dm-2", "dm-0"}, {"dm-3", "dm-0"}, {"dm-3", "dm-1"},
		{"dm-0", "md0"},  {"dm-1", "md0"},  {"dm-4", "md1"},
	};

	(void)state;
	find("vda");
	find("vdb");
	assert_int_equal(holders.count, 7);
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		assert_true(place_of(order[i][0]) < place_of(order[i][1]));
}

static void test_kinds(void **state)
{
	(void)state;
	find("vda");
	find("vdd");
	assert_int_equal(holders.item[place_of("dm-2")].kind, HOLDER_DM);
	assert_string_equal(holders.item[place_of("dm-2")].label, "local-root");
	assert_int_equal(holders.item[place_of("md0")].kind, HOLDER_MD);
	assert_string_equal(holders.item[place_of("md0")].uuid, "");
	assert_int_equal(holders.item[place_of("bcache0")].kind, HOLDER_UNKNOWN);
}

static void test_disks_of_others_are_left_alone(void **state)
{
	(void)state;
	find("vda");
	assert_false(holders_have(&holders, "dm-9"));
	find("vdz");
	assert_int_equal(holders.count, 7);
}

static void test_orphans_of_our_vg(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	find("vda");
	assert_int_equal(holders_find_orphans(&holders, root, "local", &arena, &err), 0);
	assert_int_equal(holders.count, 9);
	assert_true(place_of("dm-6") < place_of("dm-5"));
}

static void test_orphans_by_name(void **state)
{
	static const struct {
		const char *vg, *found;
	} rows[] = {{"my-vg", "dm-7"}, {"local", "dm-5"}, {"my", "dm-8"}, {"other", NULL}};
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		holders = (struct holders){0};
		assert_int_equal(holders_find_orphans(&holders, root, rows[i].vg, &arena, &err), 0);
		assert_int_equal(holders.count > 0, rows[i].found != NULL);
		if (rows[i].found)
			assert_true(holders_have(&holders, rows[i].found));
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_leaf_first_and_once),
		TEST(test_kinds),
		TEST(test_disks_of_others_are_left_alone),
		TEST(test_orphans_of_our_vg),
		TEST(test_orphans_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
