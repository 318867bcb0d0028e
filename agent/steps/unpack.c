/* unpack: the job's archives into the mounted tree, outer mounts first. */
#include "steps/pipeline.h"
#include "steps/step.h"

static int run(struct context *ctx, struct err *err)
{
	for (size_t i = 0; i < ctx->plan->archive_count; i++) {
		const struct job_archive *archive = ctx->plan->archives[i];
		const struct pipeline pipeline = {
			.item = archive->to,
			.to = archive->to,
			.source = &archive->source,
		};

		if (pipeline_run(ctx, &pipeline, err))
			return -1;
	}
	return 0;
}

const struct step step_unpack = {
	.name = "unpack",
	.summary = "unpack the archives",
	.run = run,
};
