#include "target/first_boot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "service/report.h"
#include "database/database.h"
#include "target/first_boot_config.h"
#include "target/hooks.h"
#include "target/peers.h"
#include "target/watch.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct context {
	const struct first_boot *options;
	struct first_boot_config config;
	struct service *service;
	const char *step; /* that runs */
};

/* What a first boot consists of, in order. Each row may run again after a crash. */
struct first_boot_step {
	const char *name;
	int (*run)(struct context *ctx, struct err *err);
	bool (*needed)(const struct context *ctx); /* NULL: always */
};

static int check_in(struct context *ctx, struct err *err);
static int wait_for_peers(struct context *ctx, struct err *err);
static bool has_peers(const struct context *ctx);

static int hooks_before(struct context *ctx, struct err *err);
static bool has_hooks_before(const struct context *ctx);
static int import(struct context *ctx, struct err *err);
static bool has_import(const struct context *ctx);
static int replicate(struct context *ctx, struct err *err);
static bool has_replication(const struct context *ctx);
static int hooks_after(struct context *ctx, struct err *err);
static bool has_hooks_after(const struct context *ctx);

/* A replica loads its dumps beside its master, and waits for it then. */
static const struct first_boot_step steps[] = {
	{"check-in", check_in, NULL},
	{"hooks-before", hooks_before, has_hooks_before},
	{"import", import, has_import},
	{"peers", wait_for_peers, has_peers},
	{"replicate", replicate, has_replication},
	{"hooks-after", hooks_after, has_hooks_after},
};

/* The network of a system that is just booting may take a while: every failure is worth another try. */
static int check_in(struct context *ctx, struct err *err)
{
	int64_t deadline = clock_ms() + (int64_t)ctx->options->patience_s * 1000;
	unsigned pause_s = 1;
	struct hello hello;

	while (service_hello(ctx->service, false, &hello, err)) {
		log_line("service not reached [%s] %s: %s", err_name(err->code), err->where,
			 err->msg);
		if (clock_ms() >= deadline)
			return err_prefix(err, "service not reached within %u s",
					  ctx->options->patience_s);
		sleep(pause_s);
		if (pause_s < FIRST_BOOT_PAUSE_MAX_S)
			pause_s *= 2;
	}
	log_line("checked in with %s", hello.name);
	return 0;
}

static bool has_peers(const struct context *ctx)
{
	return ctx->config.after.count > 0;
}

static int wait_for_peers(struct context *ctx, struct err *err)
{
	return peers_wait(ctx->service, &ctx->config.after, ctx->options->patience_s, err);
}

static int hooks_before(struct context *ctx, struct err *err)
{
	const struct job_hooks *hooks = &ctx->config.databases.hooks;

	return hooks_run(&hooks->before, hooks->limit_s, watch_step(ctx->step), err);
}

static bool has_hooks_before(const struct context *ctx)
{
	return ctx->config.databases.hooks.before.count > 0;
}

static int hooks_after(struct context *ctx, struct err *err)
{
	const struct job_hooks *hooks = &ctx->config.databases.hooks;

	return hooks_run(&hooks->after, hooks->limit_s, watch_step(ctx->step), err);
}

static bool has_hooks_after(const struct context *ctx)
{
	return ctx->config.databases.hooks.after.count > 0;
}

static struct database_work database_work(const struct context *ctx)
{
	return (struct database_work){
		.databases = &ctx->config.databases,
		.state_dir = ctx->options->state_dir,
		.watch = watch_step(ctx->step),
	};
}

static int import(struct context *ctx, struct err *err)
{
	const struct database_work work = database_work(ctx);

	return database_import(&work, err);
}

static bool has_import(const struct context *ctx)
{
	return database_imports(&ctx->config.databases);
}

static int replicate(struct context *ctx, struct err *err)
{
	const struct database_work work = database_work(ctx);

	return database_replicate(&work, err);
}

static bool has_replication(const struct context *ctx)
{
	return database_replicates(&ctx->config.databases);
}

static void wait_while_held(const char *step)
{
	char reason[64];

	if (!report_held())
		return;
	snprintf(reason, sizeof(reason), "held before %s", step);
	report_wait(reason);
	for (unsigned held_s = 0; report_held(); held_s++) {
		if (held_s % FIRST_BOOT_HEARTBEAT_S == 0)
			report_heartbeat();
		sleep(1);
	}
	report_wait("");
}

static int run_step(const struct first_boot_step *step, struct context *ctx, struct err *err)
{
	const char *const *words;
	int64_t began;
	size_t count;
	int ret;

	wait_while_held(step->name);
	ctx->step = step->name;
	began = clock_ms(); /* the time on hold is not the step's */
	report_begin(step->name);
	ret = step->run(ctx, err);
	report_end(step->name, ret == 0, (uint64_t)(clock_ms() - began), 0);
	if (ret) {
		count = child_last_words(&words);
		report_error(step->name, err, words, count, NULL, 0);
	}
	return ret;
}

static int run_steps(struct context *ctx, struct err *err)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		if (steps[i].needed && !steps[i].needed(ctx))
			continue;
		if (run_step(&steps[i], ctx, err)) {
			report_state("error");
			return -1;
		}
	}
	report_state("complete");
	return 0;
}

static int open_service(struct context *ctx, struct arena *arena, struct err *err)
{
	struct service_config config;

	if (first_boot_config_read(&ctx->config, ctx->options->config, arena, err))
		return -1;
	config = (struct service_config){
		.url = ctx->config.service,
		.ca_file = ctx->config.ca,
		.pin = ctx->config.pin,
		.token = ctx->config.token,
		.mac = ctx->config.mac,
	};
	return service_new(&ctx->service, &config, err);
}

static int state_path(const struct first_boot *options, const char *name, char *path, size_t size,
		      struct err *err)
{
	if (snprintf(path, size, "%s/%s", options->state_dir, name) >= (int)size)
		return err_set(err, ERR_FIRST_BOOT, options->state_dir, "%s is too long a path",
			       options->state_dir);
	return 0;
}

/* The last event must have been taken: only then is the VM known to be complete. */
static int report_and_run(struct context *ctx, struct err *err)
{
	char spool[256];
	int ret;

	/* What a crash leaves undelivered goes out with the next run. */
	if (state_path(ctx->options, "first-boot.events", spool, sizeof(spool), err) ||
	    report_start(ctx->service, spool, REPORT_NEW_BOOT, err))
		return -1;
	report_state("first boot");
	ret = run_steps(ctx, err);
	if (report_stop(FIRST_BOOT_REPORT_S) && ret == 0)
		ret = err_set(err, ERR_FIRST_BOOT, ctx->config.service,
			      "the service did not take the last events within %d s",
			      FIRST_BOOT_REPORT_S);
	if (ret == 0)
		unlink(spool);
	return ret;
}

/* Two at once would both check in; the lock goes with the process. Its descriptor, or -1. */
static int lock(const struct first_boot *options, struct err *err)
{
	char path[256];
	int fd;

	if (state_path(options, "first-boot.lock", path, sizeof(path), err))
		return -1;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, ERR_FIRST_BOOT, path, "cannot open %s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (errno == EWOULDBLOCK)
		err_set(err, ERR_FIRST_BOOT, path,
			"another `newroot first-boot` is running; see " FIRST_BOOT_LOG);
	else
		err_sys(err, ERR_FIRST_BOOT, path, "cannot lock %s", path);
	close(fd);
	return -1;
}

static int mark_done(const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return err_sys(err, ERR_FIRST_BOOT, path, "cannot make %s", path);
	if (dprintf(fd, "checked in\n") < 0 || fsync(fd)) {
		err_sys(err, ERR_FIRST_BOOT, path, "cannot write %s", path);
		close(fd);
		return -1;
	}
	return close(fd) ? err_sys(err, ERR_FIRST_BOOT, path, "cannot close %s", path) : 0;
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

static int run_once(const struct first_boot *options, const char *done, struct err *err)
{
	struct context ctx = {.options = options};
	struct arena arena = {0};
	int fd = lock(options, err);
	int ret;

	if (fd < 0)
		return -1;
	ret = open_service(&ctx, &arena, err);
	if (ret == 0)
		ret = report_and_run(&ctx, err);
	/* A run that is killed in between has nothing left to do with databases. */
	if (ret == 0 && ctx.config.databases.given)
		ret = first_boot_config_forget(&ctx.config, options->config, err);
	if (ret == 0)
		ret = mark_done(done, err);
	service_free(ctx.service);
	arena_free(&arena);
	close(fd);
	return ret;
}

int first_boot_run(const struct first_boot *options, struct err *err)
{
	char done[256], line[1200];

	if (state_path(options, "first-boot.done", done, sizeof(done), err))
		return -1;
	/* Early in a boot, or from cron, the environment may be empty: what is started here needs a PATH. */
	if (setenv("PATH", DEFAULT_PATH, 0))
		return err_sys(err, ERR_MEMORY, NULL, "cannot set PATH");
	if (access(done, F_OK) == 0) {
		log_line("first boot was done before: %s is there", done);
		return 0;
	}
	if (run_once(options, done, err)) {
		snprintf(line, sizeof(line), "first boot failed [%s] %s: %s", err_name(err->code),
			 err->where, err->msg);
		tell(options, line);
		return -1;
	}
	tell(options, "checked in");
	return 0;
}
