#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "cmd/command.h"

static bool flag;
static const char *text;
static struct option_list list;

static const struct option_row options[] = {
	{"flag", OPTION_FLAG, &flag, NULL, ""},
	{"text", OPTION_TEXT, &text, "T", ""},
	{"list", OPTION_LIST, &list, "L", ""},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

static const struct command command = {
	.name = "test",
	.operands = "A [B]",
	.operands_min = 1,
	.operands_max = 2,
	.options = options,
};

static int parse(char **argv, char **operands, size_t *count)
{
	int argc = 0;

	flag = false;
	text = NULL;
	list.count = 0;
	while (argv[argc])
		argc++;
	return command_parse(&command, argc, argv, operands, count, NULL);
}

static void test_all_kinds(void **state)
{
	char *argv[] = {"a",      "--text", "-x", "--list=1", "--flag",
			"--list", "2",      "--", "--b",      NULL};
	char argument[] = "--list=1";
	char *operands[4];
	size_t count;

	(void)state;
	argv[3] = argument;
	assert_int_equal(parse(argv, operands, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(operands[0], "a");
	assert_string_equal(operands[1], "--b");
	assert_true(flag);
	assert_string_equal(text, "-x");
	assert_int_equal(list.count, 2);
	assert_string_equal(list.item[0], "1");
	assert_string_equal(list.item[1], "2");
}

static void test_refused(void **state)
{
	static char *rows[][5] = {
		{NULL},
		{"a", "b", "c", NULL},
		{"a", "--none", NULL},
		{"a", "--fla", NULL},
		{"a", "--flagg", NULL},
		{"a", "--flag=1", NULL},
		{"a", "-f", NULL},
		{"a", "--text", NULL},
		{"", NULL},
		{"a", "", NULL},
		{"--", "", NULL},
	};
	char *operands[4];
	size_t count;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(parse(rows[i], operands, &count), -1);
}

static void test_list_is_capped(void **state)
{
	char *argv[2 * OPTION_LIST_MAX + 4] = {"a"}, *operands[4];
	size_t count;
	int n = 1;

	(void)state;
	for (int i = 0; i <= OPTION_LIST_MAX; i++) {
		argv[n++] = "--list";
		argv[n++] = "x";
	}
	assert_int_equal(parse(argv, operands, &count), -1);
	assert_int_equal(list.count, OPTION_LIST_MAX);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		long value; /* 7: as it was */
		int ret;
	} rows[] = {
		{"1", 1, 0},   {"64", 64, 0}, {NULL, 7, 0},
		{"", 7, -1},   {"0", 7, -1},  {"65", 7, -1},
		{"6x", 7, -1}, {"x", 7, -1},  {"99999999999999999999", 7, -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		long value = 7;

		assert_int_equal(options_number("n", rows[i].text, 1, 64, &value, NULL),
				 rows[i].ret);
		assert_int_equal(value, rows[i].value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_kinds),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_list_is_capped),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
