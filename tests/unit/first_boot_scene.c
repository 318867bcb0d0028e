#include "first_boot_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/child.h"
#include "database/database.h"
#include "installed/watch.h"
#include "service/report.h"
#include "target/hooks.h"
#include "target/peers.h"
#include "target/quarantine_check.h"

struct fake_service fake;

static const char *instructions; /* their path */

void scene_write(const char *path, const char *text)
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
	*hello = (struct hello){.name = "newroot-server test", .time = fake.time};
	if (fake.refusals-- > 0) {
		err_set(err, ERR_NET_CONNECT, "https://x", "nobody there");
		err->retry_after_s = fake.retry_after_s;
		return -1;
	}
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
		scene_write(instructions, fake.mended[fake.agains]);
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

void watch_note(const char *fmt, ...)
{
	char note[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(note, sizeof(note), fmt, ap);
	va_end(ap);
	tell("note", note);
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

int quarantine_check(const char *folder, bool was_loaded, const struct child_watch *watch,
		     struct err *err)
{
	assert_false(was_loaded);
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

int database_end(const struct database_work *work, struct err *err)
{
	(void)work;
	(void)err;
	tell("settled", "");
	return 0;
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

void scene_failed(const struct err *err)
{
	tell("failed", err_name(err->code));
}

void scene_make(struct scene *scene, const char *config)
{
	memset(&fake, 0, sizeof(fake));
	*scene = (struct scene){.folder = "/tmp/newroot-first-boot-XXXXXX"};
	assert_non_null(mkdtemp(scene->folder));
	snprintf(scene->config, sizeof(scene->config), "%s/first-boot.json", scene->folder);
	snprintf(scene->console, sizeof(scene->console), "%s/console", scene->folder);
	snprintf(scene->done, sizeof(scene->done), "%s/first-boot.done", scene->folder);
	scene_write(scene->config, config);
	scene_write(scene->console, "");
	instructions = scene->config;
	scene->options = (struct first_boot){.config = scene->config,
					     .state_dir = scene->folder,
					     .console = scene->console,
					     .failed = scene_failed};
}

void scene_free(const struct scene *scene)
{
	char lock[96];

	snprintf(lock, sizeof(lock), "%s/first-boot.lock", scene->folder);
	unlink(scene->config);
	unlink(scene->console);
	unlink(scene->done);
	unlink(lock);
	assert_int_equal(rmdir(scene->folder), 0);
}

void scene_console_says(const struct scene *scene, const char *wanted)
{
	char text[512] = "";
	FILE *file = fopen(scene->console, "r");

	assert_non_null(file);
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	assert_string_equal(text, wanted);
}

void scene_instructions_hold(const char *text, bool wanted)
{
	char all[2048] = "";
	FILE *file = fopen(instructions, "r");

	assert_non_null(file);
	assert_true(fread(all, 1, sizeof(all) - 1, file) > 0);
	fclose(file);
	assert_int_equal(strstr(all, text) != NULL, wanted);
}
