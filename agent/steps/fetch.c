/* Step fetch: the job of this VM, got from the service and parsed; all its errors are shown at once. */
#include <stdlib.h>
#include <string.h>

#include "service/service.h"
#include "steps/refuse.h"
#include "steps/step.h"

/* The text lives as long as the job: a copy goes onto the installed system. */
static const char *keep(struct context *ctx, const char *text, size_t size)
{
	char *kept = arena_alloc(ctx->arena, size + 1);

	memcpy(kept, text, size);
	return kept;
}

static int parse(struct context *ctx, const char *text, size_t size, struct err *err)
{
	struct job *job = arena_alloc(ctx->arena, sizeof(*job));
	struct err_list errors = {0};
	int ret = job_parse(job, text, size, ctx->arena, &errors);

	if (ret)
		refuse(ctx, &errors, err);
	else
		ctx->job = job;
	err_list_free(&errors);
	return ret;
}

static int run(struct context *ctx, struct err *err)
{
	const char *kept;
	char *text;
	size_t size;

	if (!ctx->service)
		return err_set(err, ERR_USAGE, NULL,
			       "there is no service to ask: give newroot.url=");
	if (service_job(ctx->service, ctx->boot, ctx->params->mode == MODE_PLAN, &text, &size, err))
		return err_prefix(err, "no job for this VM");
	kept = keep(ctx, text, size);
	free(text);
	if (parse(ctx, kept, size, err))
		return -1;
	ctx->bytes = size;
	ctx->note("job: %zu volumes, %zu archives%s", ctx->job->volume_count,
		  ctx->job->archive_count, ctx->job->kernel.given ? ", a kernel package" : "");
	return 0;
}

const struct step step_fetch = {
	.name = "fetch",
	.summary = "get this VM's job and parse it",
	.run = run,
};
