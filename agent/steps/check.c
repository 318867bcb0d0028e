/*
 * Step check: everything that can be known before the first byte is written. All that is wrong is shown at
 * once; one error is enough to leave the disks alone.
 */
#include <string.h>

#include "base/limits.h"
#include "steps/check_facts.h"
#include "steps/check_shown.h"
#include "steps/chosen.h"
#include "steps/refuse.h"
#include "steps/source.h"
#include "steps/step.h"

/* LVM locks 18 MiB and mkfs.xfs maps as much; a VM of 96 MiB has about 70 left after the kernel. */
#define MEMORY_MIN MIB(48)

static void check_memory(const struct machine *machine, struct err_list *errors)
{
	struct err err = ERR_INIT;

	if (machine->memory >= MEMORY_MIN)
		return;
	err_set(&err, ERR_MACHINE_MEMORY, NULL,
		"%ju MiB of memory are usable, and at least %ju are needed: give the VM 96 MiB or more",
		(uintmax_t)(machine->memory >> 20), (uintmax_t)(MEMORY_MIN >> 20));
	err_list_add(errors, &err);
}

/* An archive is rarely larger than its contents: what doesn't fit packed won't fit unpacked. */
static void check_room(const struct plan *plan, const char *to, const struct job_source *source,
		       uint64_t length, struct err_list *errors)
{
	const struct plan_fs *fs = plan_fs_holding(plan, to);
	struct err err = ERR_INIT;

	if (!fs || length <= fs->size)
		return;
	err_set(&err, ERR_ARCHIVE_SPACE, source->path,
		"%s has %ju bytes, more than %s on %s can hold (%ju bytes)", source->url,
		(uintmax_t)length, fs->device, fs->mount, (uintmax_t)fs->size);
	err_list_add(errors, &err);
}

static void check_source(const struct context *ctx, const char *to, const struct job_source *source,
			 struct err_list *errors)
{
	struct source_info info;
	struct err err = ERR_INIT;
	char size[32];

	if (!chosen_path(ctx, to) || (!ctx->service && source_needs_service(source)))
		return;
	if (source_head(ctx, source, &info, &err)) {
		err_prefix(&err, "%s", source->path);
		err_list_add(errors, &err);
		return;
	}
	if (!info.has_length) {
		ctx->note("%s: the peer does not tell its length", source->url);
		return;
	}
	ctx->note("%s: %s", source->url, size_text(info.length, size));
	if (ctx->plan)
		check_room(ctx->plan, to, source, info.length, errors);
}

static void check_sources(const struct context *ctx, struct err_list *errors)
{
	const struct job *job = ctx->job;

	for (size_t i = 0; i < job->archive_count; i++)
		check_source(ctx, job->archives[i].to, &job->archives[i].source, errors);
	for (size_t i = 0; i < job->databases.dump_count; i++)
		check_source(ctx, job->databases.directory, &job->databases.dumps[i].source,
			     errors);
	if (job->kernel.given)
		check_source(ctx, "/", &job->kernel.source, errors);
}

static void check_steps(const struct context *ctx, struct err_list *errors)
{
	for (size_t i = 0; steps[i]; i++)
		if (steps[i]->check)
			steps[i]->check(ctx, errors);
}

static int run(struct context *ctx, struct err *err)
{
	/* Checks of later steps see the plan as it will be; without one they check what they can. */
	struct context view = *ctx;
	struct err_list errors = {0};
	struct plan plan;
	int ret = 0;

	check_memory(&ctx->machine, &errors);
	view.plan = plan_make(&plan, ctx->job, &ctx->machine, ctx->arena, &errors) ? NULL : &plan;
	if (view.plan)
		plan_check_disks(view.plan, &errors);
	check_shown(&view, &errors);
	check_steps(&view, &errors);
	check_sources(&view, &errors);
	/* What isn't there was told. */
	if (!errors.count)
		check_facts(&view, &errors);
	ctx->kernels = view.kernels;
	if (errors.count)
		ret = refuse(ctx, &errors, err);
	err_list_free(&errors);
	return ret;
}

const struct step step_check = {
	.name = "check",
	.summary = "check job, machine and archives before anything is written",
	.run = run,
	.refresh = true,
};
