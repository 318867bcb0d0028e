#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "http/body.h"

static const struct {
	const char *body;
	const char *where; /* of the error, its beginning; NULL: good */
	const char *name, *note;
} rows[] = {
	{"{\"name\": \"db1\"}", NULL, "db1", ""},
	{"{\"note\": \"x\", \"name\": \"12345678\"}", NULL, "12345678", "x"},
	{"{\"name\": \"\\u00e9\"}", NULL, "\303\251", ""},
	{"", "name", "", ""},
	{"{}", "name", "", ""},
	{"{\"name\": \"\"}", "name", "", ""},
	{"{\"name\": \"123456789\"}", "name", "", ""},
	{"{\"name\": null}", "name", "", ""},
	{"{\"name\": [\"x\"]}", "name", "", ""},
	{"{\"name\": \"x\", \"other\": \"y\"}", "other", "", ""},
	{"{\"name\": \"x\", \"name\": \"y\"}", "line 1 column", "", ""},
	{"{\"name\": \"a\\u0000b\"}", "line 1 column", "", ""},
	{"[]", "line 1 column", "", ""},
	{"\"name\"", "line 1 column", "", ""},
	{"{\"name\": \"x\"} x", "line 1 column", "", ""},
	{"{\"name\": \"\xff\"}", "line 1 column", "", ""},
	{"{\n\"name\"\n", "line 3 column", "", ""},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char name[9] = "before", note[4] = "b";
		const struct body_key keys[] = {{"name", name, sizeof(name), true},
						{"note", note, sizeof(note), false}};
		struct err err = ERR_INIT;
		int ret = body_parse(rows[i].body, strlen(rows[i].body), keys, 2, &err);

		print_message("%s: %s: %s\n", rows[i].body, err.where, err.msg);
		if (rows[i].where) {
			assert_int_equal(ret, -1);
			assert_int_equal(err.code, ERR_SERVICE_BODY);
			assert_false(strncmp(err.where, rows[i].where, strlen(rows[i].where)));
			continue;
		}
		assert_int_equal(ret, 0);
		assert_string_equal(name, rows[i].name);
		assert_string_equal(note, rows[i].note);
	}
}

static void test_no_keys(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(body_parse(NULL, 0, NULL, 0, &err), 0);
	assert_int_equal(body_parse("{}", 2, NULL, 0, &err), 0);
	assert_int_equal(body_parse("{\"a\": \"b\"}", 10, NULL, 0, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_no_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
