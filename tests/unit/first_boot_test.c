/* The first boot's order of things, with a service that answers as the test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "first_boot_scene.h"
#include "installed/first_boot_config.h"

static void checks_in_once(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, CONFIG);
	if (first_boot_run(&scene.options, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(
		fake.told,
		"open https://10.0.0.1:8443; start; state first boot; begin check-in; hello; end check-in; state complete; stop; ");
	assert_string_equal(fake.token, "secret");
	scene_console_says(&scene, "newroot: checked in\r\n");
	assert_int_equal(access(scene.done, F_OK), 0);
	fake.told[0] = '\0';
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	assert_string_equal(fake.told, "");
	scene_free(&scene);
}

static void asks_to_be_released(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, CONFIG);
	fake.held = true;
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	assert_non_null(strstr(
		fake.told,
		"state first boot; wait held before check-in; heartbeat; wait no longer; begin check-in; hello;"));
	scene_free(&scene);
}

static void waits_for_the_network(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, CONFIG);
	scene.options.patience_s = 120;
	fake.refusals = 1;
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	assert_non_null(strstr(fake.told, "begin check-in; hello; end check-in"));
	scene_free(&scene);
}

static void busy_service_is_left_alone_as_long_as_it_asks(void **state)
{
	const int64_t began = clock_ms();
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, CONFIG);
	scene.options.patience_s = 120;
	fake.refusals = 1;
	fake.retry_after_s = 3;
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	assert_true(clock_ms() - began >= 3000);
	scene_free(&scene);
}

/* Closed before anything else is done; that it was open has to be seen by somebody. */
static void quarantine_is_checked_first(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, CONFIG);
	scene.options.quarantine = "/q";
	fake.quarantine = fake.not_loaded = true;
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	assert_non_null(strstr(
		fake.told,
		"state first boot; begin quarantine; check /q; end failed quarantine; error quarantine; code first-boot.quarantine; state error; "));
	assert_non_null(strstr(fake.told, "check /q; end quarantine; begin check-in; "));
	scene_free(&scene);
}

#define WITH_PEERS                                                                                 \
	"{\"service\": \"s\", \"ca\": \"c\", \"mac\": \"m\", \"after\": [\"db1\", \"nfs\"], "      \
	"\"after_limit\": 90}"

static void peers_come_before_complete(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, WITH_PEERS);
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	assert_non_null(strstr(
		fake.told,
		"end check-in; begin peers; peer db1; peer nfs; end peers; state complete; stop; "));
	assert_int_equal(fake.after_limit_s, 90);
	scene_free(&scene);
}

static void missing_peer_is_an_error(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, WITH_PEERS);
	fake.peers = ERR_SERVICE_PEER;
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	assert_non_null(strstr(
		fake.told,
		"end failed peers; error peers; code service.peer; state error; failed service.peer; again; stop; "));
	assert_int_equal(access(scene.done, F_OK), 0);
	scene_free(&scene);
}

#define WITH_DATABASES                                                                             \
	"{\"service\": \"s\", \"ca\": \"c\", \"mac\": \"m\", \"token\": \"t\", \"after\": "        \
	"[\"db1\"], "                                                                              \
	"\"databases\": {\"role\": \"replica\", \"master\": {\"name\": \"db1\"}, "                 \
	"\"dumps\": [{\"database\": \"shop\", \"url\": \"https://s/d\", \"sha256\": \"none\"}], "  \
	"\"replication\": {\"user\": \"u\", \"password\": \"geheim\"}, "                           \
	"\"hooks\": {\"before\": [\"/b\"], \"after\": [\"/a\", \"/z\"]}}}"

static void passwords_are_there(const struct err *err)
{
	(void)err;
	scene_instructions_hold("geheim", true);
}

static void databases_come_in_order(void **state)
{
	const char *second;
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, WITH_DATABASES);
	fake.import = ERR_DATABASE_LOAD;
	scene.options.failed = passwords_are_there;
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	second = strstr(
		fake.told,
		"end check-in; begin hooks-before; hook /b; end hooks-before; begin import; "
		"import shop; end failed import; error import; code database.load; state error; again; ");
	assert_non_null(second);
	assert_non_null(strstr(
		second, "import shop; end import; begin peers; peer db1; end peers; "
			"begin replicate; replicate geheim; end replicate; begin hooks-after; "
			"hook /a; hook /z; end hooks-after; begin settle; settled; end settle; "
			"state complete; stop; "));
	/* Used, and removed; the rest stays. */
	scene_instructions_hold("databases", false);
	scene_instructions_hold("geheim", false);
	scene_instructions_hold("\"token\": \"t\"", true);
	scene_free(&scene);
}

#define WITH_SOURCE                                                                                \
	"{\"service\": \"s\", \"ca\": \"c\", \"mac\": \"m\", \"databases\": {\"role\": "           \
	"\"master\", "                                                                             \
	"\"dumps\": [{\"database\": \"shop\", \"url\": \"https://s/d\", \"sha256\": \"none\"}], "  \
	"\"login\": {\"password\": \"roots\"}, "                                                   \
	"\"replication\": {\"user\": \"u\", \"password\": \"geheim\"}, "                           \
	"\"source\": {\"ssh\": {\"host\": \"10.80.0.5\", \"key_file\": \"/k\", \"host_key\": "     \
	"\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBVCP2oRhCbPYsrRxSVJbcRQ9PBZ6uOcFrlGbyxtCNyH\"}, "  \
	"\"user\": \"mover\", \"password\": \"the-way\"}}}"

/* The way to the old master is needed until cutover. */
static void source_stays(void **state)
{
	struct first_boot_config config = {0};
	struct arena arena = {0};
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, WITH_SOURCE);
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	assert_non_null(
		strstr(fake.told, "end import; begin source; source 10.80.0.5; end source"));
	scene_instructions_hold("geheim", false);
	scene_instructions_hold("the-way", true);
	assert_int_equal(first_boot_config_read(&config, scene.config, &arena, &err), 0);
	assert_string_equal(config.databases.login.password, "roots");
	assert_int_equal(first_boot_config_forget(&config, false, scene.config, &err), 0);
	scene_instructions_hold("databases", false);
	arena_free(&arena);
	scene_free(&scene);
}

static void the_clock_is_compared_with_the_service(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene,
		   "{\"service\": \"s\", \"ca\": \"c\", \"mac\": \"m\", \"clock\": \"report\"}");
	fake.time = time(NULL) + 86400;
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	assert_non_null(strstr(fake.told, " behind the service's; the job has it reported only; "));
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_in_once),
		cmocka_unit_test(asks_to_be_released),
		cmocka_unit_test(waits_for_the_network),
		cmocka_unit_test(busy_service_is_left_alone_as_long_as_it_asks),
		cmocka_unit_test(quarantine_is_checked_first),
		cmocka_unit_test(the_clock_is_compared_with_the_service),
		cmocka_unit_test(peers_come_before_complete),
		cmocka_unit_test(missing_peer_is_an_error),
		cmocka_unit_test(databases_come_in_order),
		cmocka_unit_test(source_stays),
	};

	return cmocka_run_group_tests_name("first_boot", tests, NULL, NULL);
}
