/*
 * Step snapshot: volumes that the job wants one of get an LVM snapshot, for `newroot rescue reset`. They are unmounted
 * for it: a frozen XFS has a log that the kernel of the new system would have to replay, an unmounted one has none.
 */
#include <stdio.h>
#include <string.h>

#include "snapshot/snapshot.h"
#include "steps/chosen.h"
#include "steps/lvm_filter.h"
#include "steps/mounts.h"
#include "steps/snapshots.h"
#include "steps/step.h"
#include "steps/sync.h"

static bool is_wanted(const struct context *ctx, const struct plan_lv *lv)
{
	return lv->snapshot && chosen_lv(ctx, lv);
}

static bool any_wanted(const struct context *ctx)
{
	for (size_t i = 0; i < ctx->plan->lv_count; i++)
		if (is_wanted(ctx, &ctx->plan->lvs[i]))
			return true;
	return false;
}

static int make_one(const struct context *ctx, const struct plan_lv *lv, struct err *err)
{
	const struct snapshot_order order = {
		.vg = ctx->plan->vg,
		.origin = lv->volume->name,
		.name = lv->snapshot,
		.options = lvm_filter_ours(ctx->plan),
		.extents = lv->snapshot_extents,
	};

	if (snapshot_make(&order, ctx->arena, ctx->watch, err) < 0)
		return -1;
	ctx->note("snapshot of %s: room for %ju bytes of changes", lv->path,
		  (uintmax_t)(lv->snapshot_extents * EXTENT_SIZE));
	return 0;
}

static int run(struct context *ctx, struct err *err)
{
	if (!any_wanted(ctx))
		return 0;
	if (sync_filesystems(ctx->plan, err) || mounts_undo(NEWROOT_MOUNT, err) ||
	    snapshots_drop(ctx, err))
		return -1;
	for (size_t i = 0; i < ctx->plan->lv_count; i++)
		if (is_wanted(ctx, &ctx->plan->lvs[i]) &&
		    make_one(ctx, &ctx->plan->lvs[i], err) < 0)
			return -1;
	return step_mount.adopt(ctx, err);
}

static int verify_one(const struct plan_lv *lv, const struct snapshot_volumes *volumes,
		      struct err *err)
{
	for (size_t i = 0; i < volumes->count; i++) {
		const struct snapshot_volume *volume = &volumes->item[i];

		if (strcmp(volume->name, lv->volume->name) != 0 || !volume->snapshot)
			continue;
		if (strcmp(volume->snapshot, lv->snapshot) == 0 && !volume->is_full &&
		    volume->extents == lv->snapshot_extents)
			return 0;
		return err_set(err, ERR_VERIFY, lv->path,
			       "its snapshot is %s with %ju extents%s, but %s with %ju was planned",
			       volume->snapshot, (uintmax_t)volume->extents,
			       volume->is_full ? ", and full" : "", lv->snapshot,
			       (uintmax_t)lv->snapshot_extents);
	}
	return err_set(err, ERR_VERIFY, lv->path, "LVM does not report its snapshot %s",
		       lv->snapshot);
}

static int verify(struct context *ctx, struct err *err)
{
	struct snapshot_volumes volumes;

	if (!any_wanted(ctx))
		return 0;
	if (snapshot_read(&volumes, ctx->plan->vg, lvm_filter_ours(ctx->plan), ctx->arena,
			  ctx->watch, err) < 0)
		return -1;
	for (size_t i = 0; i < ctx->plan->lv_count; i++)
		if (is_wanted(ctx, &ctx->plan->lvs[i]) &&
		    verify_one(&ctx->plan->lvs[i], &volumes, err) < 0)
			return -1;
	return 0;
}

const struct step step_snapshot = {
	.name = "snapshot",
	.summary = "take LVM snapshots, to go back to by `newroot rescue reset`",
	.run = run,
	.verify = verify,
	.refresh = true,
};
