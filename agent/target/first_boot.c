#include "target/first_boot.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"
#include "installed/environment.h"
#include "installed/first_boot_config.h"
#include "installed/installed.h"
#include "installed/installed_report.h"
#include "installed/watch.h"
#include "service/report.h"
#include "target/first_boot_steps.h"
#include "target/turn.h"

static int open_service(struct first_boot_context *ctx, struct arena *arena, struct err *err)
{
	return first_boot_config_read(&ctx->config, ctx->options->config, arena, err) ||
			       installed_service(&ctx->service, &ctx->config, err)
		       ? -1
		       : 0;
}

static int state_path(const struct first_boot *options, const char *name, char *path, size_t size,
		      struct err *err)
{
	if (snprintf(path, size, "%s/%s", options->state_dir, name) >= (int)size)
		return err_set(err, ERR_FIRST_BOOT, options->state_dir, "%s is too long a path",
			       options->state_dir);
	return 0;
}

/* For whoever watches the machine boot; no console is no error. */
static void tell(const struct first_boot *options, const char *line)
{
	int fd = open(options->console, O_WRONLY | O_NOCTTY | O_CLOEXEC);

	log_line("%s", line);
	if (fd < 0)
		return;
	dprintf(fd, "newroot: %s\r\n", line);
	close(fd);
}

static void tell_failure(const struct first_boot *options, const struct err *err)
{
	char line[1200];

	snprintf(line, sizeof(line), "first boot failed [%s] %s: %s", err_name(err->code),
		 err->where, err->msg);
	tell(options, line);
}

/* How a run ends when it is no error. */
enum outcome {
	COMPLETE = 0,
	TAKEN_OVER = FIRST_BOOT_TAKEN_OVER,
	AGAIN,
};

static void report_failure(const struct first_boot_context *ctx, const struct err *err)
{
	report_state("error");
	tell_failure(ctx->options, err);
	if (ctx->options->failed)
		ctx->options->failed(err);
	log_line(
		"waiting for `newroot-server retry NAME` on the service, or `newroot first-boot` here");
}

/* Whoever mended the cause may have broken them, and the service would not hear of it any more. */
static bool instructions_are_good(const struct first_boot_context *ctx)
{
	struct first_boot_config config = {0};
	struct arena arena = {0};
	struct err err = ERR_INIT;
	bool good = first_boot_config_read(&config, ctx->options->config, &arena, &err) == 0;

	arena_free(&arena);
	if (good)
		return true;
	report_error(FIRST_BOOT_CHECK_IN, &err, NULL, 0, NULL, 0);
	report_failure(ctx, &err);
	report_flush(0); /* until then its answer is the one to the last failure */
	return false;
}

static enum outcome await_retry(const struct first_boot_context *ctx, int turn)
{
	for (;;) {
		turn_offer(turn);
		while (!report_again() && !turn_wanted(turn))
			watch_pause();
		if (!turn_keep(turn))
			return TAKEN_OVER;
		if (instructions_are_good(ctx))
			return AGAIN;
	}
}

/* The last event must have been taken: only then is the VM known to be complete. */
static int report_and_run(struct first_boot_context *ctx, int turn, struct err *err)
{
	enum outcome outcome = COMPLETE;
	char spool[256];

	/* What a crash leaves undelivered goes out with the next run. */
	if (state_path(ctx->options, "first-boot.events", spool, sizeof(spool), err) ||
	    report_start(ctx->service, spool, REPORT_NEW_BOOT, err))
		return -1;
	report_state("first boot");
	if (first_boot_steps_run(ctx, err)) {
		report_failure(ctx, err);
		outcome = await_retry(ctx, turn);
	} else {
		report_state("complete");
	}
	if (report_stop(outcome == TAKEN_OVER ? FIRST_BOOT_LEAVE_S : 0) && outcome == COMPLETE)
		return err_set(err, ERR_FIRST_BOOT, ctx->config.service,
			       "the service did not take the last events: the reporter died");
	if (outcome == COMPLETE)
		unlink(spool);
	return (int)outcome;
}

/* Whatever it stands for is on the disk before it. */
static int mark_done(const char *path, struct err *err)
{
	int fd;

	sync();
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return err_sys(err, ERR_FIRST_BOOT, path, "cannot make %s", path);
	if (dprintf(fd, "checked in\n") < 0 || fsync(fd)) {
		err_sys(err, ERR_FIRST_BOOT, path, "cannot write %s", path);
		close(fd);
		return -1;
	}
	return close(fd) || sync_parent(path)
		       ? err_sys(err, ERR_FIRST_BOOT, path, "cannot close %s", path)
		       : 0;
}

/* enum outcome, or -1. */
static int run_once(const struct first_boot *options, int turn, const char *done, struct err *err)
{
	struct first_boot_context ctx = {.options = options};
	struct arena arena = {0};
	int ret = open_service(&ctx, &arena, err);

	if (ret == 0)
		ret = report_and_run(&ctx, turn, err);
	/* A run that is killed in between has nothing left to do with databases. */
	if (ret == COMPLETE && ctx.config.databases.given)
		ret = first_boot_config_forget(&ctx.config, ctx.config.databases.source.given,
					       options->config, err);
	if (ret == COMPLETE)
		ret = mark_done(done, err);
	service_free(ctx.service);
	arena_free(&arena);
	return ret;
}

static int run(const struct first_boot *options, const char *done, struct err *err)
{
	char path[256];
	int turn, ret;

	if (state_path(options, "first-boot.lock", path, sizeof(path), err))
		return -1;
	turn = turn_take(path, err);
	if (turn < 0)
		return -1;
	do {
		*err = (struct err)ERR_INIT;
		ret = run_once(options, turn, done, err);
	} while (ret == AGAIN);
	close(turn);
	return ret;
}

int first_boot_run(const struct first_boot *options, struct err *err)
{
	char done[256], seed[256];
	int ret;

	if (state_path(options, "first-boot.done", done, sizeof(done), err) ||
	    state_path(options, INSTALLED_SEED_NAME, seed, sizeof(seed), err))
		return -1;
	random_seed_at(seed);
	if (installed_environment(err))
		return -1;
	if (access(done, F_OK) == 0) {
		log_line("first boot was done before: %s is there", done);
		return 0;
	}
	ret = run(options, done, err);
	if (ret < 0)
		tell_failure(options, err);
	else if (ret == TAKEN_OVER)
		log_line("another `newroot first-boot` takes over");
	else
		tell(options, "checked in");
	return ret;
}
