/* unpack: the job's archives into the mounted tree, outer mounts first; then its dumps, as they are. */
#include <string.h>

#include "facts/foreign.h"
#include "steps/chosen.h"
#include "steps/pipeline.h"
#include "steps/step.h"

static int copy_dumps(struct context *ctx, struct err *err)
{
	const struct job_databases *databases = &ctx->job->databases;

	for (size_t i = 0; i < databases->dump_count; i++) {
		const char *path = job_dump_path(databases, i, ctx->arena);
		const struct pipeline pipeline = {
			.item = path,
			.to = path,
			.source = &databases->dumps[i].source,
		};

		if (chosen_path(ctx, path) && pipeline_save(ctx, &pipeline, err))
			return -1;
	}
	return 0;
}

/* What kernel it gets, the step kernel sees to. */
static int check_root(void *arg, int root_fd, const char *path, mode_t mode, struct err *err)
{
	const struct context *ctx = arg;

	return foreign_root(root_fd, path, mode, !ctx->job->kernel.given, err);
}

static int run(struct context *ctx, struct err *err)
{
	for (size_t i = 0; i < ctx->plan->archive_count; i++) {
		const struct job_archive *archive = ctx->plan->archives[i];
		const struct pipeline pipeline = {
			.item = archive->to,
			.to = archive->to,
			.source = &archive->source,
			.check = strcmp(archive->to, "/") ? NULL : check_root,
			.ctx = ctx,
		};

		if (chosen_path(ctx, archive->to) && pipeline_run(ctx, &pipeline, err))
			return -1;
	}
	return copy_dumps(ctx, err);
}

const struct step step_unpack = {
	.name = "unpack",
	.summary = "unpack the archives, copy the dumps",
	.run = run,
	.refresh = true,
};
