/* A first boot that fails stays, and runs all again when the service says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "first_boot_scene.h"

static const struct scene *shown;

static void failure_is_shown(const struct err *err)
{
	scene_failed(err);
	scene_console_says(
		shown,
		"newroot: first boot failed [net.connect] https://x: service not reached within 0 s: nobody there\r\n");
	scene_write(shown->console, "");
}

static void failure_is_told_and_all_run_again(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, CONFIG);
	shown = &scene;
	scene.options.failed = failure_is_shown;
	fake.refusals = 1;
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	assert_int_equal(err.code, ERR_NONE);
	assert_string_equal(
		fake.told,
		"open https://10.0.0.1:8443; start; state first boot; begin check-in; "
		"end failed check-in; error check-in; code net.connect; state error; "
		"failed net.connect; again; stop; open https://10.0.0.1:8443; start; "
		"state first boot; begin check-in; hello; end check-in; state complete; stop; ");
	scene_console_says(&scene, "newroot: checked in\r\n");
	assert_int_equal(access(scene.done, F_OK), 0);
	scene_free(&scene);
}

static void mended_instructions_are_read_anew(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, CONFIG);
	fake.refusals = 1;
	fake.mended[0] = "{\"service\": \"https://other\", \"ca\": \"c\", \"mac\": \"m\"}";
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	assert_non_null(strstr(fake.told, "again; stop; open https://other; start; "));
	scene_free(&scene);
}

static void broken_instructions_are_told_to_the_old_service(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, CONFIG);
	fake.refusals = 1;
	fake.mended[0] = "{";
	fake.mended[1] = CONFIG;
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	assert_non_null(strstr(
		fake.told,
		"failed net.connect; again; error check-in; code first-boot; state error; failed first-boot; flush; again; stop; open "));
	scene_free(&scene);
}

static void untaken_events_are_no_success(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, CONFIG);
	fake.stop = -1;
	assert_int_equal(first_boot_run(&scene.options, &err), -1);
	assert_non_null(strstr(err.msg, "did not take the last events"));
	assert_int_equal(access(scene.done, F_OK), -1);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failure_is_told_and_all_run_again),
		cmocka_unit_test(mended_instructions_are_read_anew),
		cmocka_unit_test(broken_instructions_are_told_to_the_old_service),
		cmocka_unit_test(untaken_events_are_no_success),
	};

	return cmocka_run_group_tests_name("first_boot_retry", tests, NULL, NULL);
}
