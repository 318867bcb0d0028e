#include "steps/snapshots.h"

#include <string.h>
#include <unistd.h>

#include "base/lvm.h"
#include "snapshot/snapshot.h"
#include "steps/chosen.h"
#include "steps/lvm_filter.h"

/* By their nodes: after step lvm there are none, and LVM need not be asked. */
static bool may_have_any(const struct context *ctx)
{
	for (size_t i = 0; i < ctx->plan->lv_count; i++)
		if (access(arena_printf(ctx->arena, "%s" JOB_SNAPSHOT_SUFFIX,
					ctx->plan->lvs[i].path),
			   F_OK) == 0)
			return true;
	return false;
}

static const struct plan_lv *find_lv(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->lv_count; i++)
		if (!strcmp(plan->lvs[i].volume->name, name))
			return &plan->lvs[i];
	return NULL;
}

int snapshots_drop(const struct context *ctx, struct err *err)
{
	struct snapshot_volumes volumes;
	const char **commands;
	size_t count = 0;

	if (!may_have_any(ctx))
		return 0;
	if (snapshot_read(&volumes, ctx->plan->vg, lvm_filter_ours(ctx->plan), ctx->arena,
			  ctx->watch, err) < 0)
		return -1;
	commands = arena_array(ctx->arena, volumes.count + 1, sizeof(*commands));
	for (size_t i = 0; i < volumes.count; i++) {
		const struct snapshot_volume *volume = &volumes.item[i];
		const struct plan_lv *lv = find_lv(ctx->plan, volume->name);

		if (volume->snapshot && lv && chosen_lv(ctx, lv))
			commands[count++] = arena_printf(ctx->arena, "lvremove %s -y %s/%s",
							 lvm_filter_ours(ctx->plan), ctx->plan->vg,
							 volume->snapshot);
	}
	return lvm_run(commands, count, ctx->watch, err);
}
