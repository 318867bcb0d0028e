#include "target/first_boot_steps.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "database/database.h"
#include "installed/watch.h"
#include "service/report.h"
#include "service/retry.h"
#include "service/wait.h"
#include "target/clock_check.h"
#include "target/hooks.h"
#include "target/peers.h"
#include "target/quarantine_check.h"

/* What a first boot consists of, in order. Each row may run again after a crash. */
struct first_boot_step {
	const char *name;
	int (*run)(struct first_boot_context *ctx, struct err *err);
	bool (*needed)(const struct first_boot_context *ctx); /* NULL: always */
};

static int check_quarantine(struct first_boot_context *ctx, struct err *err);
static bool has_quarantine(const struct first_boot_context *ctx);
static int check_in(struct first_boot_context *ctx, struct err *err);
static int wait_for_peers(struct first_boot_context *ctx, struct err *err);
static bool has_peers(const struct first_boot_context *ctx);

static int hooks_before(struct first_boot_context *ctx, struct err *err);
static bool has_hooks_before(const struct first_boot_context *ctx);
static int import(struct first_boot_context *ctx, struct err *err);
static bool has_import(const struct first_boot_context *ctx);
static int follow_source(struct first_boot_context *ctx, struct err *err);
static bool has_source(const struct first_boot_context *ctx);
static int replicate(struct first_boot_context *ctx, struct err *err);
static bool has_replication(const struct first_boot_context *ctx);
static int hooks_after(struct first_boot_context *ctx, struct err *err);
static bool has_hooks_after(const struct first_boot_context *ctx);
static int settle(struct first_boot_context *ctx, struct err *err);
static bool has_databases(const struct first_boot_context *ctx);

/* The quarantine is closed first, whether anybody can be told or not. A replica loads its dumps beside its master, and waits for it then. */
static const struct first_boot_step steps[] = {
	{QUARANTINE_STEP, check_quarantine, has_quarantine},
	{FIRST_BOOT_CHECK_IN, check_in, NULL},
	{"hooks-before", hooks_before, has_hooks_before},
	{"import", import, has_import},
	{"source", follow_source, has_source},
	{"peers", wait_for_peers, has_peers},
	{"replicate", replicate, has_replication},
	{"hooks-after", hooks_after, has_hooks_after},
	{"settle", settle, has_databases},
};

static int check_quarantine(struct first_boot_context *ctx, struct err *err)
{
	return quarantine_check(ctx->options->quarantine, false, watch_step(ctx->step), err) < 0
		       ? -1
		       : 0;
}

static bool has_quarantine(const struct first_boot_context *ctx)
{
	return quarantine_wanted(ctx->options->quarantine);
}

/* The network of a system that is just booting may take a while: every failure is worth another try. */
static int check_in(struct first_boot_context *ctx, struct err *err)
{
	static const struct net_limits limits = {.backoff_ms = FIRST_BOOT_PAUSE_MS,
						 .backoff_max_ms = FIRST_BOOT_PAUSE_MAX_MS};
	int64_t deadline = clock_ms() + (int64_t)ctx->options->patience_s * 1000;
	unsigned failures = 0;
	struct hello hello;

	while (service_hello(ctx->service, false, &hello, err)) {
		log_line("service not reached [%s] %s: %s", err_name(err->code), err->where,
			 err->msg);
		if (clock_ms() >= deadline)
			return err_prefix(err, "service not reached within %u s",
					  ctx->options->patience_s);
		if (wait_sleep(retry_delay(&limits, ++failures, err), err))
			return -1;
	}
	log_line("checked in with %s", hello.name);
	clock_check(ctx->config.clock, hello.time);
	return 0;
}

static bool has_peers(const struct first_boot_context *ctx)
{
	return ctx->config.after.count > 0;
}

static int wait_for_peers(struct first_boot_context *ctx, struct err *err)
{
	return peers_wait(ctx->service, &ctx->config.after, ctx->config.after_limit_s,
			  ctx->options->patience_s, err);
}

static int hooks_before(struct first_boot_context *ctx, struct err *err)
{
	const struct job_hooks *hooks = &ctx->config.databases.hooks;

	return hooks_run(&hooks->before, hooks->limit_s, watch_step(ctx->step), err);
}

static bool has_hooks_before(const struct first_boot_context *ctx)
{
	return ctx->config.databases.hooks.before.count > 0;
}

static int hooks_after(struct first_boot_context *ctx, struct err *err)
{
	const struct job_hooks *hooks = &ctx->config.databases.hooks;

	return hooks_run(&hooks->after, hooks->limit_s, watch_step(ctx->step), err);
}

static bool has_hooks_after(const struct first_boot_context *ctx)
{
	return ctx->config.databases.hooks.after.count > 0;
}

static struct database_work database_work(const struct first_boot_context *ctx)
{
	return (struct database_work){
		.databases = &ctx->config.databases,
		.state_dir = ctx->options->state_dir,
		.root = ctx->options->root,
		.watch = watch_step(ctx->step),
	};
}

static int import(struct first_boot_context *ctx, struct err *err)
{
	const struct database_work work = database_work(ctx);

	return database_import(&work, err);
}

static bool has_import(const struct first_boot_context *ctx)
{
	return database_imports(&ctx->config.databases);
}

static int follow_source(struct first_boot_context *ctx, struct err *err)
{
	const struct database_work work = database_work(ctx);

	return database_source(&work, err);
}

static bool has_source(const struct first_boot_context *ctx)
{
	return database_has_source(&ctx->config.databases);
}

static int replicate(struct first_boot_context *ctx, struct err *err)
{
	const struct database_work work = database_work(ctx);

	return database_replicate(&work, err);
}

static bool has_replication(const struct first_boot_context *ctx)
{
	return database_replicates(&ctx->config.databases);
}

/* Before it is said, and written down, that this VM is complete. */
static int settle(struct first_boot_context *ctx, struct err *err)
{
	const struct database_work work = database_work(ctx);

	return database_end(&work, err);
}

static bool has_databases(const struct first_boot_context *ctx)
{
	return has_import(ctx) || has_source(ctx) || has_replication(ctx);
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

static int run_step(const struct first_boot_step *step, struct first_boot_context *ctx,
		    struct err *err)
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

int first_boot_steps_run(struct first_boot_context *ctx, struct err *err)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		if (steps[i].needed && !steps[i].needed(ctx))
			continue;
		if (run_step(&steps[i], ctx, err))
			return -1;
	}
	return 0;
}
