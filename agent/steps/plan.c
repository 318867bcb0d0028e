/* Step plan: the job becomes exact devices, bytes and UUIDs, shown and reported before they become true. */
#include "plan/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "plan/shown.h"
#include "service/report.h"
#include "steps/step.h"

static int make(struct context *ctx, struct err *err)
{
	struct err_list errors = {0};
	int ret;

	ctx->plan = arena_alloc(ctx->arena, sizeof(*ctx->plan));
	ret = plan_make(ctx->plan, ctx->job, &ctx->machine, ctx->arena, &errors);
	if (ret < 0) {
		ctx->plan = NULL;
		*err = errors.item[0];
	}
	if (ret == 0)
		ctx->plan->kernels = ctx->kernels;
	err_list_free(&errors);
	return ret;
}

/* The whole plan goes to the service and the log; the console has room for the gist. */
static void tell(const struct context *ctx, char *text)
{
	const struct plan *plan = ctx->plan;
	char *rest = text, *line;

	report_plan(text, ctx->params->mode == MODE_PLAN ? plan_shown_json(plan) : NULL);
	while ((line = strsep(&rest, "\n")))
		log_line("%s", line);
	for (size_t i = 0; i < plan->disk_count; i++)
		ctx->note("%s (%ju bytes) is erased", plan->disks[i].disk->path,
			  (uintmax_t)plan->disks[i].disk->size);
	ctx->note("VG %s: %ju extents of 4 MiB, %zu LVs, %zu snapshots with %ju, %ju kept free",
		  plan->vg, (uintmax_t)plan->extents, plan->lv_count, plan_snapshot_count(plan),
		  (uintmax_t)plan_snapshot_extents(plan), (uintmax_t)plan->free_extents);
}

static int run(struct context *ctx, struct err *err)
{
	char *text = NULL;
	size_t size;
	FILE *out;
	int ret;

	if (make(ctx, err) < 0)
		return -1;
	out = open_memstream(&text, &size);
	if (!out)
		return err_sys(err, ERR_MEMORY, NULL, "no memory for the plan's text");
	ret = plan_print(ctx->plan, out);
	if (fclose(out) || ret < 0)
		ret = err_sys(err, ERR_MEMORY, NULL, "no memory for the plan's text");
	else
		tell(ctx, text);
	free(text);
	return ret;
}

const struct step step_plan = {
	.name = "plan",
	.summary = "work out partitions, volumes and filesystems to the byte",
	.run = run,
	.adopt = make,
};
