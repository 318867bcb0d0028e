#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "http/pattern.h"

static const struct {
	const char *pattern, *path;
	bool matches;
	const char *name, *rest;
} rows[] = {
	{"/", "/", true, "", ""},
	{"/", "", false, "", ""},
	{"/", "/x", false, "", ""},
	{"/v1/vms", "/v1/vms", true, "", ""},
	{"/v1/vms", "/v1/vms/", false, "", ""},
	{"/v1/vms", "/v1/vm", false, "", ""},
	{"/v1/vms", "/V1/vms", false, "", ""},
	{"/v1/vms", "//v1/vms", false, "", ""},
	{"/v1/vms/*", "/v1/vms/db1", true, "db1", ""},
	{"/v1/vms/*", "/v1/vms/", false, "", ""},
	{"/v1/vms/*", "/v1/vms", false, "", ""},
	{"/v1/vms/*", "/v1/vms/db1/", false, "", ""},
	{"/v1/vms/*", "/v1/vms/*", true, "*", ""},
	{"/v1/vms/*/log", "/v1/vms/db1/log", true, "db1", ""},
	{"/v1/vms/*/log", "/v1/vms//log", false, "", ""},
	{"/v1/vms/*/log", "/v1/vms/log", false, "", ""},
	{"/v1/vms/*/log", "/v1/vms/a/b/log", false, "", ""},
	{"/v1/vms/*/log", "/v1/vms/../log", true, "..", ""}, /* a name like any other: nobody's */
	{"/v1/archives/**", "/v1/archives/", true, "", ""},
	{"/v1/archives/**", "/v1/archives", false, "", ""},
	{"/v1/archives/**", "/v1/archives/a/b", true, "", "a/b"},
	{"/v1/archives/**", "/v1/archives//etc", true, "", "/etc"},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pattern_match match;

		print_message("%s with %s\n", rows[i].pattern, rows[i].path);
		assert_int_equal(pattern_match(rows[i].pattern, rows[i].path, &match),
				 rows[i].matches);
		if (!rows[i].matches)
			continue;
		assert_int_equal(match.name_size, strlen(rows[i].name));
		assert_true(!match.name || !strncmp(match.name, rows[i].name, match.name_size));
		assert_string_equal(match.rest, rows[i].rest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
