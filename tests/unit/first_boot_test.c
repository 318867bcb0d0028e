/* The first boot's order of things, with a service that answers as the test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>

#include <cmocka.h>

#include "base/child.h"
#include "database/database.h"
#include "installed/first_boot_config.h"
#include "installed/watch.h"
#include "service/report.h"
#include "target/first_boot.h"
#include "target/hooks.h"
#include "target/peers.h"
#include "target/quarantine_check.h"
#include "target/turn.h"

/* The fake service: what it was told, in one line, and how it answers. */
static struct {
	char told[1024];
	int refusals;        /* of hello before it answers */
	int stop;            /* what report_stop returns */
	bool held;           /* until the next heartbeat */
	enum err_code peers; /* what waiting for them ends with */
	enum err_code import;
	char token[32];
	const char *mended
		[2]; /* instructions put in place before the service has it begin anew, in order */
	size_t agains;
	uint32_t after_limit_s;
	bool patient;    /* the service never does */
	bool quarantine; /* this system has one */
	bool not_loaded; /* until it is checked */
} fake;

static const char *instructions; /* their path */

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

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

/* The cause is mended by then. */
bool report_again(void)
{
	if (fake.patient)
		return false;
	fake.peers = fake.import = ERR_NONE;
	if (fake.agains < 2 && fake.mended[fake.agains])
		write_file(instructions, fake.mended[fake.agains]);
	fake.agains++;
	tell("again", "");
	return true;
}

int report_flush(unsigned limit_s)
{
	assert_int_equal(limit_s, 0);
	tell("flush", "");
	return 0;
}

void watch_pause(void)
{
	usleep(1000);
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

int peers_wait(struct service *service, const struct strings *names, uint32_t limit_s,
	       unsigned patience_s, struct err *err)
{
	(void)service;
	(void)patience_s;
	fake.after_limit_s = limit_s;
	for (size_t i = 0; i < names->count; i++)
		tell("peer", names->item[i]);
	return fake.peers ? err_set(err, fake.peers, NULL, "no peer") : 0;
}

bool quarantine_wanted(const char *folder)
{
	(void)folder;
	return fake.quarantine;
}

int quarantine_check(const char *folder, const struct child_watch *watch, struct err *err)
{
	(void)watch;
	tell("check", folder);
	if (!fake.not_loaded)
		return 0;
	fake.not_loaded = false;
	return err_set(err, ERR_QUARANTINE, folder, "it was open");
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

bool database_has_source(const struct job_databases *databases)
{
	return databases->source.given;
}

int database_source(const struct database_work *work, struct err *err)
{
	(void)err;
	tell("source", work->databases->source.ssh.host);
	return 0;
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
	tell("stop", limit_s ? "soon" : "");
	return fake.stop;
}

struct scene {
	char folder[64], config[96], console[96], done[96];
	struct first_boot options;
};

static void failed(const struct err *err)
{
	tell("failed", err_name(err->code));
}

static void scene_make(struct scene *scene, const char *config)
{
	memset(&fake, 0, sizeof(fake));
	*scene = (struct scene){.folder = "/tmp/newroot-first-boot-XXXXXX"};
	assert_non_null(mkdtemp(scene->folder));
	snprintf(scene->config, sizeof(scene->config), "%s/first-boot.json", scene->folder);
	snprintf(scene->console, sizeof(scene->console), "%s/console", scene->folder);
	snprintf(scene->done, sizeof(scene->done), "%s/first-boot.done", scene->folder);
	write_file(scene->config, config);
	write_file(scene->console, "");
	instructions = scene->config;
	scene->options = (struct first_boot){.config = scene->config,
					     .state_dir = scene->folder,
					     .console = scene->console,
					     .failed = failed};
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
	scene.options.patience_s = 120;
	fake.refusals = 1;
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	assert_non_null(strstr(fake.told, "begin check-in; hello; end check-in"));
	scene_free(&scene);
}

static const struct scene *shown;

static void failure_is_shown(const struct err *err)
{
	failed(err);
	console_says(shown,
		     "newroot: first boot failed [net.connect] https://x: service not reached "
		     "within 0 s: nobody there\r\n");
	write_file(shown->console, "");
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
		"open https://10.0.0.1:8443; start; state first boot; begin check-in; end failed "
		"check-in; error check-in; code net.connect; state error; failed net.connect; "
		"again; "
		"stop; open https://10.0.0.1:8443; start; state first boot; begin check-in; hello; "
		"end "
		"check-in; state complete; stop; ");
	console_says(&scene, "newroot: checked in\r\n");
	assert_int_equal(access(scene.done, F_OK), 0);
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
	assert_non_null(strstr(fake.told, "state first boot; begin quarantine; check /q; "
					  "end failed quarantine; error quarantine; "
					  "code first-boot.quarantine; state error; "));
	assert_non_null(strstr(fake.told, "check /q; end quarantine; begin check-in; "));
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
	assert_non_null(strstr(fake.told,
			       "failed net.connect; again; error check-in; code first-boot; "
			       "state error; failed first-boot; flush; again; stop; open "));
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
	assert_non_null(strstr(fake.told, "end check-in; begin peers; peer db1; peer nfs; "
					  "end peers; state complete; stop; "));
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
	assert_non_null(strstr(fake.told, "end failed peers; error peers; code service.peer; state "
					  "error; failed service.peer; again; stop; "));
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

static void instructions_hold(const char *text, bool wanted)
{
	char all[2048] = "";
	FILE *file = fopen(instructions, "r");

	assert_non_null(file);
	assert_true(fread(all, 1, sizeof(all) - 1, file) > 0);
	fclose(file);
	assert_int_equal(strstr(all, text) != NULL, wanted);
}

static void passwords_are_there(const struct err *err)
{
	(void)err;
	instructions_hold("geheim", true);
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
	second = strstr(fake.told,
			"end check-in; begin hooks-before; hook /b; end hooks-before; begin "
			"import; import shop; end failed import; error import; code "
			"database.load; state error; again; ");
	assert_non_null(second);
	assert_non_null(strstr(second,
			       "import shop; end import; begin peers; peer db1; end peers; begin "
			       "replicate; replicate geheim; end replicate; begin hooks-after; "
			       "hook /a; hook /z; end hooks-after; state complete; stop; "));
	/* Used, and removed; the rest stays. */
	instructions_hold("databases", false);
	instructions_hold("geheim", false);
	instructions_hold("\"token\": \"t\"", true);
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
	instructions_hold("geheim", false);
	instructions_hold("the-way", true);
	assert_int_equal(first_boot_config_read(&config, scene.config, &arena, &err), 0);
	assert_string_equal(config.databases.login.password, "roots");
	assert_int_equal(first_boot_config_forget(&config, false, scene.config, &err), 0);
	instructions_hold("databases", false);
	arena_free(&arena);
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

static int lock_of(const struct scene *scene, struct err *err)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/first-boot.lock", scene->folder);
	return turn_take(path, err);
}

static void say_and_end(int to, char byte)
{
	_exit(write(to, &byte, 1) == 1 ? 0 : 9);
}

static int status_of(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void only_one_works(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;
	int turn, ends[2];
	pid_t child;
	char byte;

	(void)state;
	scene_make(&scene, CONFIG);
	assert_int_equal(pipe(ends), 0);
	turn = lock_of(&scene, &err);
	assert_true(turn >= 0);
	child = fork();
	if (child == 0)
		say_and_end(ends[1], first_boot_run(&scene.options, &err) == -1 && !*fake.told &&
						     strstr(err.msg, "is at work")
					     ? 'y'
					     : 'n');
	assert_int_equal(status_of(child), 0);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(byte, 'y');
	close(turn);
	close(ends[0]);
	close(ends[1]);
	scene_free(&scene);
}

static int waiting_fd;

static void tell_that_it_waits(const struct err *err)
{
	(void)err;
	if (write(waiting_fd, "w", 1) != 1)
		_exit(9);
}

/* Its end comes before the other's beginning, and it says nothing more. */
static void one_that_waits_is_taken_over(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;
	int turn, ends[2];
	pid_t child;
	char byte;

	(void)state;
	scene_make(&scene, CONFIG);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		waiting_fd = ends[1];
		fake.patient = true;
		fake.refusals = 1;
		scene.options.failed = tell_that_it_waits;
		if (first_boot_run(&scene.options, &err) != FIRST_BOOT_TAKEN_OVER ||
		    !strstr(fake.told, "state error; stop soon; "))
			_exit(1);
		say_and_end(ends[1], 'e');
	}
	assert_int_equal(read(ends[0], &byte, 1), 1);
	turn = -1;
	for (int i = 0; i < 60000 && turn < 0; i++, usleep(1000)) /* it tells before it offers */
		turn = lock_of(&scene, &err);
	assert_true(turn >= 0);
	assert_int_equal(status_of(child), 0);
	close(turn);
	err = (struct err)ERR_INIT;
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	close(ends[0]);
	close(ends[1]);
	scene_free(&scene);
}

static void one_that_tries_again_is_not(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;
	pid_t child;
	int turn;

	(void)state;
	scene_make(&scene, CONFIG);
	turn = lock_of(&scene, &err);
	assert_true(turn >= 0);
	turn_offer(turn);
	assert_false(turn_wanted(turn));
	assert_true(turn_keep(turn));
	child = fork();
	if (child == 0)
		_exit(lock_of(&scene, &err) == -1 ? 0 : 1);
	assert_int_equal(status_of(child), 0);
	close(turn);
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
		{"{\"service\": \"s\", \"ca\": \"c\", \"mac\": \"m\", \"after_limit\": -1}",
		 "the seconds after_limit"},
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
						  .after = {peers, 2},
						  .after_limit_s = 7200};
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
	arena_free(&arena);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_in_once),
		cmocka_unit_test(asks_to_be_released),
		cmocka_unit_test(waits_for_the_network),
		cmocka_unit_test(failure_is_told_and_all_run_again),
		cmocka_unit_test(quarantine_is_checked_first),
		cmocka_unit_test(mended_instructions_are_read_anew),
		cmocka_unit_test(broken_instructions_are_told_to_the_old_service),
		cmocka_unit_test(peers_come_before_complete),
		cmocka_unit_test(missing_peer_is_an_error),
		cmocka_unit_test(databases_come_in_order),
		cmocka_unit_test(source_stays),
		cmocka_unit_test(untaken_events_are_no_success),
		cmocka_unit_test(only_one_works),
		cmocka_unit_test(one_that_waits_is_taken_over),
		cmocka_unit_test(one_that_tries_again_is_not),
		cmocka_unit_test(bad_instructions_are_refused),
		cmocka_unit_test(instructions_are_read_as_written),
	};

	return cmocka_run_group_tests_name("first_boot", tests, NULL, NULL);
}
