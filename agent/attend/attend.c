#include "attend/attend.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attend/lag.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"
#include "cutover/cutover.h"
#include "database/database.h"
#include "database/source.h"
#include "installed/first_boot_config.h"
#include "installed/installed.h"
#include "installed/installed_report.h"
#include "installed/watch.h"
#include "os/quarantine.h"
#include "service/report.h"
#include "ssh/tunnel.h"
#include "target/quarantine_check.h"
#include "target/turn.h"

#define LOCK  INSTALLED_STATE "/first-boot.lock"
#define SPOOL INSTALLED_STATE "/attend.events"

struct attend {
	const char *root;
	struct arena paths;
	const char *marker, *instructions, *quarantine, *state_dir, *spool;
	struct first_boot_config config;
	struct arena arena; /* of the configuration */
	struct stat seen;   /* of the instructions when they were read */
	struct service *service;
	struct lag lag;
	bool failed; /* an ordered cutover, which may have come beyond the marker */
	int turn;
	int64_t beat_ms;
	int64_t tunnel_ms;    /* it is not begun again before that */
	struct err no_tunnel; /* why it was not begun, as told last */
	struct {
		int64_t due_ms;     /* it is looked at then */
		bool found;         /* at the last look */
		bool loaded;        /* at any time since this process began */
		enum err_code told; /* that it was open, the last time; ERR_NONE: never */
		int64_t told_ms;
	} quarantine_seen;
};

/* Why attending ends, or pauses. */
enum reason {
	REASON_NONE,
	REASON_GONE, /* the marker: cut over by somebody */
	REASON_TAKEN_OVER,
	REASON_ORDERED,
};

static const char *path_of(struct attend *attend, const char *path)
{
	return arena_printf(&attend->paths, "%s%s", attend->root, path);
}

static int read_instructions(struct attend *attend, struct err *err)
{
	arena_free(&attend->arena);
	attend->arena = (struct arena){0};
	attend->config = (struct first_boot_config){0};
	if (stat(attend->instructions, &attend->seen))
		return err_sys(err, ERR_FIRST_BOOT, attend->instructions, "cannot look at %s",
			       attend->instructions);
	return first_boot_config_read(&attend->config, attend->instructions, &attend->arena, err);
}

/* A cutover that somebody gives here promotes the server, and takes the way to its old master out of them. */
static void follow_instructions(struct attend *attend)
{
	struct err err = ERR_INIT;
	struct stat now;

	if (stat(attend->instructions, &now) ||
	    (now.st_ino == attend->seen.st_ino && now.st_mtime == attend->seen.st_mtime))
		return;
	tunnel_close(); /* of a way that is no more, or is another */
	attend->tunnel_ms = 0;
	attend->lag.renewed = false;
	if (read_instructions(attend, &err))
		log_line("%s", err.msg);
}

/* Once it is begun its keeper tries for ever, and tells. What is missing for that may be missing for weeks: it is told once. */
static void keep_tunnel(struct attend *attend)
{
	struct err err = ERR_INIT;
	int port;

	if (tunnel_kept() || clock_ms() < attend->tunnel_ms)
		return;
	attend->tunnel_ms = clock_ms() + TUNNEL_PAUSE_MAX_S * 1000;
	if (source_port(attend->state_dir, &port, &err) == 0)
		source_tunnel_open(&attend->config.databases, attend->root, SOURCE_FIRST_BOOT, port,
				   &err);
	if (err.code != ERR_NONE && strcmp(attend->no_tunnel.msg, err.msg) != 0)
		watch_note("there is no tunnel: %s", err.msg);
	attend->no_tunnel = err;
}

static void keep_following(struct attend *attend)
{
	const struct job_databases *databases = &attend->config.databases;

	follow_instructions(attend);
	if (!database_has_source(databases))
		return;
	keep_tunnel(attend);
	tunnel_look();
	lag_look(&attend->lag, databases, attend->state_dir);
}

/* That it was open has to be seen by somebody, as in a first boot. */
static void report_open_quarantine(const struct err *err, int64_t began)
{
	const char *const *words;
	const size_t count = child_last_words(&words);

	log_line("failed [%s] %s: %s", err_name(err->code), err->where, err->msg);
	report_begin(QUARANTINE_STEP);
	report_end(QUARANTINE_STEP, false, (uint64_t)(clock_ms() - began), 0);
	report_error(QUARANTINE_STEP, err, words, count, NULL, 0);
	report_state("error");
}

/*
 * A boot goes on without its rules, and firewalls that are reloaded, puppet and people remove them later. What removes them
 * at every look, or never takes them, is told now and then only.
 */
static bool is_news(const struct attend *attend, enum err_code code, int64_t now)
{
	return attend->quarantine_seen.found || code != attend->quarantine_seen.told ||
	       now - attend->quarantine_seen.told_ms >= ATTEND_TELL_S * 1000;
}

/* What quarantine_check() says of before; the kernel has it now, if that can be. */
static int find_quarantine(struct attend *attend, struct err *err)
{
	const struct child_watch *watch = watch_step(QUARANTINE_STEP);
	bool *loaded = &attend->quarantine_seen.loaded;
	const int seen = quarantine_check(attend->quarantine, *loaded, watch, err);
	struct err again = ERR_INIT;

	*loaded |= seen == 0;
	if (seen < 0)
		*loaded |= quarantine_check(attend->quarantine, *loaded, watch, &again) == 0;
	return seen;
}

static void check_quarantine(struct attend *attend)
{
	const int64_t began = clock_ms();
	struct err err = ERR_INIT;
	int seen;

	if (began < attend->quarantine_seen.due_ms || !quarantine_wanted(attend->quarantine))
		return;
	attend->quarantine_seen.due_ms = began + ATTEND_QUARANTINE_S * 1000;
	seen = find_quarantine(attend, &err);
	if (seen == QUARANTINE_NOT_SEEN)
		return;
	if (seen < 0 && is_news(attend, err.code, began)) {
		attend->quarantine_seen.told = err.code;
		attend->quarantine_seen.told_ms = began;
		report_open_quarantine(&err, began);
	}
	attend->quarantine_seen.found = seen == 0;
}

static enum reason look(const struct attend *attend)
{
	if (access(attend->marker, F_OK) && !attend->failed)
		return REASON_GONE;
	if (turn_wanted(attend->turn))
		return REASON_TAKEN_OVER;
	return report_cutover() && !report_held() ? REASON_ORDERED : REASON_NONE;
}

static void beat(struct attend *attend)
{
	const int64_t now = clock_ms();

	if (attend->beat_ms && now - attend->beat_ms < ATTEND_HEARTBEAT_S * 1000)
		return;
	attend->beat_ms = now;
	report_heartbeat();
	log_bound();
}

static enum reason attend_until(struct attend *attend)
{
	enum reason reason;

	attend->beat_ms = 0;
	while ((reason = look(attend)) == REASON_NONE) {
		beat(attend);
		check_quarantine(attend);
		keep_following(attend);
		sleep(1);
	}
	return reason;
}

/* As somebody would who gives `newroot cutover`; what it tells is in the log, too. */
static void cut_over(struct attend *attend)
{
	FILE *nobody = fopen("/dev/null", "we");
	const struct cutover cutover = {
		.root = attend->root,
		.out = nobody,
		.service_s = CUTOVER_SERVICE_S,
		.puppet_s = CUTOVER_PUPPET_S,
		.lag_s = CUTOVER_LAG_S,
		.report_s = CUTOVER_REPORT_S,
	};
	struct err err = ERR_INIT;

	log_line("the service orders the cutover");
	if (!nobody)
		err_sys(&err, ERR_IO, "/dev/null", "cannot open /dev/null");
	else
		cutover_run(&cutover, &err);
	attend->failed = err.code != ERR_NONE;
	log_open(path_of(attend, INSTALLED_LOG), false);
	if (attend->failed)
		log_line("cutover failed [%s] %s: %s", err_name(err.code), err.where, err.msg);
	if (nobody)
		fclose(nobody);
}

/* With a reporter of its own: a cutover has another one. */
static int attend_once(struct attend *attend, enum reason *reason, struct err *err)
{
	if (report_start(attend->service, attend->spool, REPORT_NEW_BOOT, err))
		return -1;
	*reason = attend_until(attend);
	if (report_stop(ATTEND_REPORT_S) == 0)
		unlink(attend->spool);
	return 0;
}

static int attend_all(struct attend *attend, struct err *err)
{
	enum reason reason;

	do {
		turn_offer(attend->turn);
		if (attend_once(attend, &reason, err))
			return -1;
		if (reason == REASON_ORDERED && !turn_keep(attend->turn))
			reason = REASON_TAKEN_OVER;
		if (reason == REASON_ORDERED)
			cut_over(attend);
	} while (reason == REASON_ORDERED);
	log_line(reason == REASON_GONE ? "cut over: nothing is left to be attended"
				       : "another `newroot first-boot` goes on");
	return 0;
}

int attend_run(const char *root, struct err *err)
{
	struct attend attend = {.root = root, .turn = -1, .lag.looked_ms = clock_ms()};
	int ret = 0;

	attend.marker = path_of(&attend, MIGRATING_MARKER);
	attend.instructions = path_of(&attend, FIRST_BOOT_CONFIG);
	attend.quarantine = path_of(&attend, QUARANTINE_FOLDER);
	attend.state_dir = path_of(&attend, INSTALLED_STATE);
	attend.spool = path_of(&attend, SPOOL);
	random_seed_at(path_of(&attend, INSTALLED_SEED));
	attend.turn = turn_take(path_of(&attend, LOCK), err);
	if (attend.turn < 0)
		ret = -1;
	else if (access(attend.marker, F_OK) == 0)
		ret = read_instructions(&attend, err) ||
				      installed_service(&attend.service, &attend.config, err) ||
				      attend_all(&attend, err)
			      ? -1
			      : 0;
	tunnel_close();
	service_free(attend.service);
	if (attend.turn >= 0)
		close(attend.turn);
	arena_free(&attend.arena);
	arena_free(&attend.paths);
	return ret;
}
