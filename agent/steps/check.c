/*
 * Step check: everything that can be known before the first byte is written. All that is wrong is shown at
 * once; one error is enough to leave the disks alone.
 */
#include <string.h>

#include "base/limits.h"
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
		"%ju MiB of memory are usable, and at least %ju are needed: give the VM 96 MiB or "
		"more",
		(uintmax_t)(machine->memory >> 20), (uintmax_t)(MEMORY_MIN >> 20));
	err_list_add(errors, &err);
}

/* The filesystem that a folder of the new system lies on: the longest mount point that begins it. */
static const struct plan_fs *filesystem_of(const struct plan *plan, const char *folder)
{
	const struct plan_fs *best = NULL;

	for (size_t i = 0; i < plan->fs_count; i++) {
		const struct plan_fs *fs = &plan->filesystems[i];
		size_t len = fs->mount ? strlen(fs->mount) : 0;

		if (!len || strncmp(folder, fs->mount, len))
			continue;
		if (len > 1 && folder[len] != '/' && folder[len] != '\0')
			continue;
		if (!best || len > strlen(best->mount))
			best = fs;
	}
	return best;
}

/* An archive is rarely larger than its contents: what doesn't fit packed won't fit unpacked. */
static void check_room(const struct plan *plan, const char *to, const struct job_source *source,
		       uint64_t length, struct err_list *errors)
{
	const struct plan_fs *fs = filesystem_of(plan, to);
	struct err err = ERR_INIT;

	if (!fs || length <= fs->size)
		return;
	err_set(&err, ERR_ARCHIVE_SPACE, source->path,
		"%s has %ju bytes, more than %s on %s can hold (%ju bytes)", source->url,
		(uintmax_t)length, fs->device, fs->mount, (uintmax_t)fs->size);
	err_list_add(errors, &err);
}

static void check_source(const struct context *ctx, const struct plan *plan, const char *to,
			 const struct job_source *source, struct err_list *errors)
{
	struct source_info info;
	struct err err = ERR_INIT;
	char size[32];

	if (!ctx->service && source_needs_service(source))
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
	if (plan)
		check_room(plan, to, source, info.length, errors);
}

static void check_sources(const struct context *ctx, const struct plan *plan,
			  struct err_list *errors)
{
	const struct job *job = ctx->job;

	for (size_t i = 0; i < job->archive_count; i++)
		check_source(ctx, plan, job->archives[i].to, &job->archives[i].source, errors);
	for (size_t i = 0; i < job->databases.dump_count; i++)
		check_source(ctx, plan, job->databases.directory, &job->databases.dumps[i].source,
			     errors);
	if (job->kernel.given)
		check_source(ctx, plan, "/", &job->kernel.source, errors);
}

/* Checks of later steps see the plan as it will be; without one they check what they can. */
static void check_steps(const struct context *ctx, struct plan *plan, struct err_list *errors)
{
	struct context view = *ctx;

	view.plan = plan;
	for (size_t i = 0; steps[i]; i++)
		if (steps[i]->check)
			steps[i]->check(&view, errors);
}

static int run(struct context *ctx, struct err *err)
{
	struct err_list errors = {0};
	struct plan plan;
	bool planned;
	int ret = 0;

	check_memory(&ctx->machine, &errors);
	planned = plan_make(&plan, ctx->job, &ctx->machine, ctx->arena, &errors) == 0;
	check_steps(ctx, planned ? &plan : NULL, &errors);
	check_sources(ctx, planned ? &plan : NULL, &errors);
	if (errors.count)
		ret = refuse(ctx, &errors, err);
	err_list_free(&errors);
	return ret;
}

const struct step step_check = {
	.name = "check",
	.summary = "check job, machine and archives before anything is written",
	.run = run,
};
