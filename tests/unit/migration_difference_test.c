/* Differences of two JSON values, as lines: "PATH: OLD -> NEW". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "migration/difference.h"

static const struct {
	const char *old, *now, *lines;
} rows[] = {
	{"{}", "{}", ""},
	{"{\"a\": 1, \"b\": 2}", "{\"b\": 2, \"a\": 1}", ""},
	{"{\"a\": 1}", "{\"a\": 2}", "/a: 1 -> 2\n"},
	{"{\"a\": \"x\"}", "{\"a\": 1}", "/a: \"x\" -> 1\n"},
	{"{\"a\": 1}", "{}", "/a: 1 -> nothing\n"},
	{"{}", "{\"a\": null}", "/a: nothing -> null\n"},
	{"{\"a\": {\"b\": {\"c\": 1}}}", "{\"a\": {\"b\": {\"c\": 1, \"d\": 2}}}",
	 "/a/b/d: nothing -> 2\n"},
	{"{\"a\": {}}", "{\"a\": [\"x\"]}", "/a: an object -> [\"x\"]\n"},
	{"{\"a\": [1, 2, 3]}", "{\"a\": [1, 4]}", "/a/1: 2 -> 4\n/a/2: 3 -> nothing\n"},
	{"{\"a\": [{\"b\": 1}]}", "{\"a\": [{\"b\": 2}, {}]}",
	 "/a/0/b: 1 -> 2\n/a/1: nothing -> an object\n"},
	{"{\"a\": []}", "{\"b\": [1]}", "/a: [] -> nothing\n/b: nothing -> a list\n"},
	{"{\"a/b~\": 1}", "{\"a/b~\": 2}", "/a~1b~0: 1 -> 2\n"},
	/* Secrets, what a terminal would obey, what no line holds. */
	{"{\"files\": [{\"content\": \"secret\"}]}", "{\"files\": [{\"content\": \"geheim\"}]}",
	 "/files/0/content: ... -> ...\n"},
	{"{\"login\": {\"password\": \"secret\"}}", "{\"login\": {\"password\": \"geheim\"}}",
	 "/login/password: ... -> ...\n"},
	{"{}", "{\"content_base64\": \"AAAA\"}", "/content_base64: nothing -> ...\n"},
	{"{}", "{\"url\": \"https://me:secret@x/y\"}", "/url: nothing -> \"https://***@x/y\"\n"},
	{"{}", "{\"a\": \"\\u001b[2J\"}", "/a: nothing -> \"\\u001B[2J\"\n"},
	{"{}",
	 "{\"a\": [\"0123456789012345678901234567890123456789\", \"0123456789012345678901234567890123456789\"]}",
	 "/a: nothing -> a list\n"},
};

static void test_difference(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *old = json_loads(rows[i].old, 0, NULL);
		json_t *now = json_loads(rows[i].now, 0, NULL);
		struct arena arena = {0};
		const char *lines = "";

		assert_non_null(old);
		assert_non_null(now);
		for (const struct change *c = difference(&arena, old, now); c; c = c->next)
			lines = arena_printf(&arena, "%s%s: %s -> %s\n", lines, c->path,
					     c->old ? c->old : "nothing",
					     c->now ? c->now : "nothing");
		if (strcmp(lines, rows[i].lines))
			fail_msg("%s and %s:\n%s", rows[i].old, rows[i].now, lines);
		arena_free(&arena);
		json_decref(old);
		json_decref(now);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_difference)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
