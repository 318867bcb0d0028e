/* The instructions that the installer leaves for the first boot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "first_boot_scene.h"
#include "installed/first_boot_config.h"

static void bad_instructions_are_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"{", "cannot be read as JSON: line 1"},
		{"{\"service\": \"s\", \"ca\": \"c\"}", "Object item not found: mac"},
		{"{\"service\": \"s\", \"ca\": \"c\", \"mac\": 5}", "Expected string"},
		{"{\"service\": \"s\", \"ca\": \"c\", \"mac\": \"m\", \"dumps\": \"x\"}",
		 "left unpacked: dumps"},
		{"{\"service\": \"s\", \"ca\": \"c\", \"mac\": \"m\", \"after\": \"db1\"}",
		 "\"after\" must be a list"},
		{"{\"service\": \"s\", \"ca\": \"c\", \"mac\": \"m\", \"after_limit\": -1}",
		 "the seconds after_limit"},
		{"{\"service\": \"s\", \"ca\": \"c\", \"mac\": \"m\", \"clock\": \"keep\"}",
		 "clock (set or report)"},
		{"{\"service\": \"s\", \"ca\": \"c\", \"mac\": \"m\", \"databases\": {\"keep\": 1}}",
		 "/databases/keep: 1 is refused"},
		{"{\"service\": \"s\", \"ca\": \"c\", \"mac\": \"m\", \"databases\": {\"login\": {\"password\": 1234}}}",
		 "/databases/login/password: the value is refused"},
		{"{\"service\": \"s\", \"ca\": \"c\", \"mac\": \"m\", \"after\": [1]}",
		 "\"after\" must be a list of names"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;
		struct scene scene;

		scene_make(&scene, rows[i].text);
		assert_int_equal(first_boot_run(&scene.options, &err), -1);
		assert_int_equal(err.code, ERR_FIRST_BOOT);
		if (!strstr(err.msg, rows[i].message))
			fail_msg("%s: %s", rows[i].text, err.msg);
		scene_free(&scene);
	}
}

static void instructions_are_read_as_written(void **state)
{
	static const char *peers[] = {"db1", "nfs"};
	const struct first_boot_config written = {.service = "https://s:1",
						  .ca = FIRST_BOOT_CA,
						  .mac = "52:54:00:00:00:01",
						  .pin = "sha256:00",
						  .after = {peers, 2},
						  .after_limit_s = 7200,
						  .clock = CLOCK_REPORT};
	struct first_boot_config read = {0};
	struct arena arena = {0};
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, first_boot_config_text(&written, &arena));
	assert_int_equal(first_boot_config_read(&read, scene.config, &arena, &err), 0);
	assert_string_equal(read.service, written.service);
	assert_string_equal(read.ca, written.ca);
	assert_string_equal(read.mac, written.mac);
	assert_string_equal(read.pin, written.pin);
	assert_null(read.token);
	assert_int_equal(read.after.count, 2);
	assert_string_equal(read.after.item[1], "nfs");
	assert_int_equal(read.after_limit_s, 7200);
	assert_int_equal(read.clock, CLOCK_REPORT);
	arena_free(&arena);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_instructions_are_refused),
		cmocka_unit_test(instructions_are_read_as_written),
	};

	return cmocka_run_group_tests_name("first_boot_instructions", tests, NULL, NULL);
}
