/* The first boot's order of things, with a service that answers as the test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <fcntl.h>

#include <cmocka.h>

#include "base/child.h"
#include "service/report.h"
#include "database/database.h"
#include "target/first_boot.h"
#include "target/first_boot_config.h"
#include "target/hooks.h"
#include "target/peers.h"
#include "target/watch.h"

/* The fake service: what it was told, in one line, and how it answers. */
static struct {
	char told[1024];
	int refusals;        /* of hello before it answers */
	int stop;            /* what report_stop returns */
	bool held;           /* until the next heartbeat */
	enum err_code peers; /* what waiting for them ends with */
	enum err_code import;
	char token[32];
} fake;

static void tell(const char *what, const char *detail)
{
	size_t used = strlen(fake.told);

	snprintf(fake.told + used, sizeof(fake.told) - used, "%s%s%s; ", what, *detail ? " " : "",
		 detail);
}

int service_new(struct service **service, const struct service_config *config, struct err *err)
{
	(void)err;
	*service = NULL;
	tell("open", config->url);
	snprintf(fake.token, sizeof(fake.token), "%s", config->token ? config->token : "none");
	return 0;
}

void service_free(struct service *service)
{
	(void)service;
}

int service_hello(struct service *service, bool set_clock, struct hello *hello, struct err *err)
{
	(void)service;
	assert_false(set_clock);
	*hello = (struct hello){.name = "newroot-server test"};
	if (fake.refusals-- > 0)
		return err_set(err, ERR_NET_CONNECT, "https://x", "nobody there");
	tell("hello", "");
	return 0;
}

int report_start(struct service *service, const char *spool, enum report_boot boot, struct err *err)
{
	(void)service;
	(void)spool;
	(void)err;
	assert_int_equal(boot, REPORT_NEW_BOOT);
	tell("start", "");
	return 0;
}

void report_begin(const char *step)
{
	tell("begin", step);
}

void report_end(const char *step, bool ok, uint64_t ms, uint64_t bytes)
{
	(void)ms;
	(void)bytes;
	tell(ok ? "end" : "end failed", step);
}

void report_state(const char *state)
{
	tell("state", state);
}

void report_error(const char *step, const struct err *err, const char *const *stderr_lines,
		  size_t stderr_count, const char *const *kernel_lines, size_t kernel_count)
{
	(void)stderr_lines;
	(void)stderr_count;
	(void)kernel_lines;
	(void)kernel_count;
	tell("error", step);
	tell("code", err_name(err->code));
}

bool report_held(void)
{
	return fake.held;
}

/* As with the real service, only an answer brings the release. */
void report_heartbeat(void)
{
	fake.held = false;
	tell("heartbeat", "");
}

void report_wait(const char *reason)
{
	tell("wait", *reason ? reason : "no longer");
}

int peers_wait(struct service *service, const struct strings *names, unsigned patience_s,
	       struct err *err)
{
	(void)service;
	(void)patience_s;
	for (size_t i = 0; i < names->count; i++)
		tell("peer", names->item[i]);
	return fake.peers ? err_set(err, fake.peers, NULL, "no peer") : 0;
}

const struct child_watch *watch_step(const char *step)
{
	(void)step;
	return NULL;
}

int hooks_run(const struct strings *programs, uint32_t limit_s, const struct child_watch *watch,
	      struct err *err)
{
	(void)limit_s;
	(void)watch;
	(void)err;
	for (size_t i = 0; i < programs->count; i++)
		tell("hook", programs->item[i]);
	return 0;
}

bool database_imports(const struct job_databases *databases)
{
	return databases->dump_count > 0;
}

bool database_replicates(const struct job_databases *databases)
{
	return databases->role == DATABASE_REPLICA;
}

int database_import(const struct database_work *work, struct err *err)
{
	tell("import", work->databases->dumps[0].database);
	return fake.import ? err_set(err, fake.import, NULL, "no import") : 0;
}

int database_replicate(const struct database_work *work, struct err *err)
{
	(void)err;
	tell("replicate", work->databases->replication.password);
	return 0;
}

size_t child_last_words(const char *const **lines)
{
	*lines = NULL;
	return 0;
}

int report_stop(unsigned limit_s)
{
	(void)limit_s;
	tell("stop", "");
	return fake.stop;
}

struct scene {
	char folder[64], config[96], console[96], done[96];
	struct first_boot options;
};

static void scene_make(struct scene *scene, const char *config)
{
	FILE *file;

	memset(&fake, 0, sizeof(fake));
	*scene = (struct scene){.folder = "/tmp/newroot-first-boot-XXXXXX"};
	assert_non_null(mkdtemp(scene->folder));
	snprintf(scene->config, sizeof(scene->config), "%s/first-boot.json", scene->folder);
	snprintf(scene->console, sizeof(scene->console), "%s/console", scene->folder);
	snprintf(scene->done, sizeof(scene->done), "%s/first-boot.done", scene->folder);
	file = fopen(scene->config, "w");
	assert_non_null(file);
	assert_true(fputs(config, file) >= 0);
	assert_int_equal(fclose(file), 0);
	file = fopen(scene->console, "w");
	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	scene->options = (struct first_boot){
		.config = scene->config, .state_dir = scene->folder, .console = scene->console};
}

static void scene_free(const struct scene *scene)
{
	char lock[96];

	snprintf(lock, sizeof(lock), "%s/first-boot.lock", scene->folder);
	unlink(scene->config);
	unlink(scene->console);
	unlink(scene->done);
	unlink(lock);
	assert_int_equal(rmdir(scene->folder), 0);
}

static void console_says(const struct scene *scene, const char *wanted)
{
	char text[512] = "";
	FILE *file = fopen(scene->console, "r");

	assert_non_null(file);
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	assert_string_equal(text, wanted);
}

#define CONFIG                                                                                     \
	"{\"service\": \"https://10.0.0.1:8443\", \"ca\": \"/etc/newroot/ca.pem\", \"mac\": "      \
	"\"m\", "                                                                                  \
	"\"token\": \"secret\"}"

static void checks_in_once(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, CONFIG);
	if (first_boot_run(&scene.options, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(fake.told,
			    "open https://10.0.0.1:8443; start; state first boot; begin check-in; "
			    "hello; end check-in; state complete; stop; ");
	assert_string_equal(fake.token, "secret");
	console_says(&scene, "newroot: checked in\r\n");
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
	assert_non_null(strstr(fake.told, "state first boot; wait held before check-in; heartbeat; "
					  "wait no longer; begin check-in; hello;"));
	scene_free(&scene);
}

static void waits_for_the_network(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, CONFIG);
	scene.options.patience_s = 10;
	fake.refusals = 1;
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	assert_non_null(strstr(fake.told, "begin check-in; hello; end check-in"));
	scene_free(&scene);
}

static void failure_is_told_and_can_be_repeated(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, CONFIG);
	fake.refusals = 1;
	assert_int_equal(first_boot_run(&scene.options, &err), -1);
	assert_int_equal(err.code, ERR_NET_CONNECT);
	assert_non_null(strstr(fake.told, "end failed check-in; error check-in; code net.connect; "
					  "state error; stop; "));
	console_says(&scene,
		     "newroot: first boot failed [net.connect] https://x: service not reached "
		     "within 0 s: nobody there\r\n");
	assert_int_equal(access(scene.done, F_OK), -1);
	err = (struct err)ERR_INIT;
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	assert_int_equal(access(scene.done, F_OK), 0);
	scene_free(&scene);
}

#define WITH_PEERS                                                                                 \
	"{\"service\": \"s\", \"ca\": \"c\", \"mac\": \"m\", \"after\": [\"db1\", \"nfs\"]}"

static void peers_come_before_complete(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, WITH_PEERS);
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	assert_non_null(strstr(fake.told, "end check-in; begin peers; peer db1; peer nfs; "
					  "end peers; state complete; stop; "));
	scene_free(&scene);
}

static void missing_peer_is_an_error(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, WITH_PEERS);
	fake.peers = ERR_SERVICE_PEER;
	assert_int_equal(first_boot_run(&scene.options, &err), -1);
	assert_non_null(strstr(fake.told, "end failed peers; error peers; code service.peer; state "
					  "error; stop; "));
	assert_int_equal(access(scene.done, F_OK), -1);
	/* The peer is there again, and so is the machine, after a reboot. */
	fake.peers = ERR_NONE;
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
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

static void instructions_hold(const struct scene *scene, const char *text, bool wanted)
{
	char instructions[2048] = "";
	FILE *file = fopen(scene->config, "r");

	assert_non_null(file);
	assert_true(fread(instructions, 1, sizeof(instructions) - 1, file) > 0);
	fclose(file);
	assert_int_equal(strstr(instructions, text) != NULL, wanted);
}

static void databases_come_in_order(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, WITH_DATABASES);
	fake.import = ERR_DATABASE_LOAD;
	assert_int_equal(first_boot_run(&scene.options, &err), -1);
	assert_non_null(strstr(fake.told, "end check-in; begin hooks-before; hook /b; end "
					  "hooks-before; begin import; import shop; end failed "
					  "import; error import; code database.load; state error"));
	instructions_hold(&scene, "geheim", true);
	fake.import = ERR_NONE;
	fake.told[0] = '\0';
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	assert_non_null(strstr(fake.told,
			       "import shop; end import; begin peers; peer db1; end peers; begin "
			       "replicate; replicate geheim; end replicate; begin hooks-after; "
			       "hook /a; hook /z; end hooks-after; state complete; stop; "));
	/* Used, and removed; the rest stays. */
	instructions_hold(&scene, "databases", false);
	instructions_hold(&scene, "geheim", false);
	instructions_hold(&scene, "\"token\": \"t\"", true);
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

static void only_one_at_a_time(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;
	char lock[96];
	int fd;

	(void)state;
	scene_make(&scene, CONFIG);
	snprintf(lock, sizeof(lock), "%s/first-boot.lock", scene.folder);
	fd = open(lock, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(first_boot_run(&scene.options, &err), -1);
	assert_non_null(strstr(err.msg, "another `newroot first-boot` is running"));
	assert_string_equal(fake.told, "");
	close(fd);
	scene_free(&scene);
}

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
		{"{\"service\": \"s\", \"ca\": \"c\", \"mac\": \"m\", \"databases\": {\"keep\": "
		 "1}}",
		 "/databases/keep: 1 is refused"},
		{"{\"service\": \"s\", \"ca\": \"c\", \"mac\": \"m\", \"databases\": {\"login\": "
		 "{\"password\": 1234}}}",
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
						  .after = {peers, 2}};
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
	arena_free(&arena);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_in_once),
		cmocka_unit_test(asks_to_be_released),
		cmocka_unit_test(waits_for_the_network),
		cmocka_unit_test(failure_is_told_and_can_be_repeated),
		cmocka_unit_test(peers_come_before_complete),
		cmocka_unit_test(missing_peer_is_an_error),
		cmocka_unit_test(databases_come_in_order),
		cmocka_unit_test(untaken_events_are_no_success),
		cmocka_unit_test(only_one_at_a_time),
		cmocka_unit_test(bad_instructions_are_refused),
		cmocka_unit_test(instructions_are_read_as_written),
	};

	return cmocka_run_group_tests_name("first_boot", tests, NULL, NULL);
}
