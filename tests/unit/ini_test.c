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
	 " [agent]\n\tserver = new\n\tcertname = web1\n[agent]\n"},
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

/* {old text, key, spared section, new text; NULL: nothing is retired}. */
static void settings_are_retired(void **state)
{
	static const struct {
		const char *old, *key, *spared, *now;
	} retired[] = {
		{"[main]\nserver_list = a,b\n[agent]\n server_list=c\n", "server_list", NULL,
		 "[main]\n# old: server_list = a,b\n[agent]\n# old:  server_list=c\n"},
		{"[main]\nserver = a\n\n[agent]\nserver = b\n[user]\nserver=c", "server", "agent",
		 "[main]\n# old: server = a\n\n[agent]\nserver = b\n[user]\n# old: server=c\n"},
		{"# server = x\n[main]\nserver_list = a\nservers = b\n", "server", NULL, NULL},
		{"[agent]\nserver = b\n", "server", "agent", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(retired) / sizeof(*retired); i++) {
		struct arena arena = {0};
		struct text text = {.arena = &arena};

		assert_int_equal(
			ini_retire(&text, retired[i].old, retired[i].key, retired[i].spared),
			retired[i].now != NULL);
		assert_string_equal(text.data, retired[i].now ? retired[i].now : retired[i].old);
		arena_free(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_are_made),
		cmocka_unit_test(sections_are_found),
		cmocka_unit_test(settings_are_retired),
	};

	return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
