/* puppet.conf edited: {old text, new text}. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "os/ini.h"

static const struct ini_setting settings[] = {
	{"server", "new"}, {"certname", "web1"}, {"environment", NULL}};

struct row {
	const char *old, *now;
};

static const struct row rows[] = {
	{NULL, "[agent]\nserver = new\ncertname = web1\n"},
	{"", "[agent]\nserver = new\ncertname = web1\n"},
	{"[main]\nserver = main's\n",
	 "[main]\nserver = main's\n\n[agent]\nserver = new\ncertname = web1\n"},
	{"[agent]", "[agent]\nserver = new\ncertname = web1\n"},
	{"[agent]\nserver=old\nserver = twice\nenvironment = x\ncertname=a\n",
	 "[agent]\nserver = new\nenvironment = x\ncertname = web1\n"},
	{"[agent]\n  # server = no\n  report = true\n\n\n[master]\nserver = master's\n",
	 "[agent]\n  # server = no\n  report = true\n  server = new\n  certname = web1\n\n\n"
	 "[master]\nserver = master's\n"},
	{" [agent]\n\tserver =\tx\n[agent]\nserver = y\n",
	 " [agent]\n\tserver = new\n\tcertname = web1\n[agent]\nserver = y\n"},
	{"[agents]\nserver = x\n[agent]\nservers = y\n",
	 "[agents]\nserver = x\n[agent]\nservers = y\nserver = new\ncertname = web1\n"},
	{"[agent]\r\nserver = x\r\n", "[agent]\r\nserver = new\ncertname = web1\n"},
};

static void settings_are_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct arena arena = {0};
		struct text once = {.arena = &arena}, twice = {.arena = &arena};

		ini_edit(&once, rows[i].old, "agent", settings, 3);
		assert_string_equal(once.data, rows[i].now);
		ini_edit(&twice, once.data, "agent", settings, 3);
		assert_string_equal(twice.data, once.data);
		arena_free(&arena);
	}
}

static void sections_are_found(void **state)
{
	(void)state;
	assert_true(ini_has_section("[main]\n  [puppetd]\n", "puppetd"));
	assert_false(ini_has_section("[main]\n# [puppetd]\n", "puppetd"));
	assert_false(ini_has_section("[puppetd", "puppetd"));
	assert_false(ini_has_section("", "puppetd"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_are_made),
		cmocka_unit_test(sections_are_found),
	};

	return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
