#include "snapshot/snapshot.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/lvm.h"
#include "job/job.h"

#define LOOK_EVERY_MS 500

int snapshot_make(const struct snapshot_order *order, struct arena *arena,
		  const struct child_watch *watch, struct err *err)
{
	const char *command = arena_printf(
		arena, "lvcreate %s -y -s -l %ju -n %s --addtag " SNAPSHOT_TAG " %s/%s",
		order->options, (uintmax_t)order->extents, order->name, order->vg, order->origin);

	return lvm_run(&command, 1, watch, err);
}

int snapshot_want(const char *vg, const struct snapshot_volume *volume, bool wanted,
		  struct arena *arena, struct err *err)
{
	const char *command = arena_printf(arena, "lvchange %s " SNAPSHOT_RESET_TAG " %s/%s",
					   wanted ? "--addtag" : "--deltag", vg, volume->snapshot);

	return lvm_run(&command, 1, NULL, err);
}

bool snapshot_is_due(const struct snapshot_volume *volume)
{
	return volume->is_wanted || volume->is_merging || volume->retake;
}

/* What a reset works with. */
struct reset {
	const char *vg, *volume; /* its name */
	const char *snapshot;    /* NULL: it is merged */
	struct arena *arena;
	const struct child_watch *watch;
};

/* A kernel that can't merge could not even activate a volume that is set up for it. */
int snapshot_check(const struct snapshot_volume *volume, struct err *err)
{
	if (!snapshot_kernel_merges())
		return err_set(
			err, ERR_SNAPSHOT, volume->name,
			"this kernel has no device-mapper target snapshot-merge (since 2.6.33): reset %s in the in-memory system",
			volume->name);
	if (volume->is_full && !volume->is_merging)
		return err_set(
			err, ERR_SNAPSHOT_FULL, volume->name,
			"the snapshot of %s is full: more was changed since it was made than its "
			"%ju bytes have room for, so there is no way back; nothing was changed",
			volume->name, (uintmax_t)volume->size);
	return 0;
}

int snapshot_check_unused(const struct snapshot_volume *volume, struct err *err)
{
	if (volume->is_open)
		return err_set(
			err, ERR_MACHINE_BUSY, volume->name,
			"%s is mounted or otherwise in use: `newroot rescue umount` lets an installed system go",
			volume->name);
	return 0;
}

/*
 * Set up, in metadata alone, that the merge begins when the volume is activated: liblvm2cmd would leave the watch over
 * one that runs to a daemon, and there is none.
 */
static int begin(const struct reset *r, uint64_t extents, struct err *err)
{
	const char *activate =
		arena_printf(r->arena, "lvchange -ay --poll n %s/%s", r->vg, r->volume);
	const char *commands[] = {
		arena_printf(r->arena, "lvchange --addtag " SNAPSHOT_RESET_TAG " %s/%s", r->vg,
			     r->snapshot),
		arena_printf(r->arena, "lvchange --addtag " SNAPSHOT_RETAKE_TAG "%ju %s/%s",
			     (uintmax_t)extents, r->vg, r->volume),
		arena_printf(r->arena, "lvchange -an %s/%s", r->vg, r->volume),
		arena_printf(r->arena, "lvconvert --merge %s/%s", r->vg, r->snapshot),
		activate,
	};

	if (lvm_run(commands, sizeof(commands) / sizeof(*commands), r->watch, err) == 0)
		return 0;
	lvm_run(&activate, 1, r->watch, NULL); /* so that the system boots as it is */
	return -1;
}

static uint64_t used_bytes(const struct snapshot_volume *volume)
{
	return volume->fill > 0 ? (uint64_t)((double)volume->size * volume->fill / 100) : 0;
}

static const struct snapshot_volume *find_volume(const struct snapshot_volumes *volumes,
						 const char *name)
{
	for (size_t i = 0; i < volumes->count; i++)
		if (!strcmp(volumes->item[i].name, name))
			return &volumes->item[i];
	return NULL;
}

/* One look at a merge: bytes that are still to be merged; 0: none. What is not known is no 0. */
static int look(const struct reset *r, uint64_t *left, struct err *err)
{
	const struct snapshot_volume *volume;
	struct snapshot_volumes volumes;
	struct arena arena = {0};
	int ret = snapshot_read(&volumes, r->vg, "", &arena, r->watch, err);

	volume = ret == 0 ? find_volume(&volumes, r->volume) : NULL;
	*left = volume ? used_bytes(volume) : UINT64_MAX;
	if (ret == 0 && (!volume || volume->has_failed || volume->is_full || volume->fill < 0))
		ret = err_set(
			err, ERR_LVM, r->volume,
			"the kernel has given up merging the snapshot into %s; its log tells why",
			r->volume);
	arena_free(&arena);
	return ret;
}

/* The kernel merges; until it is through, reads of the volume already show the merged state. */
static int wait_merged(const struct reset *r, uint64_t total, struct err *err)
{
	uint64_t left, before = UINT64_MAX;
	int64_t moved = clock_ms();

	for (;;) {
		if (look(r, &left, err))
			return -1;
		if (left > total)
			total = left;
		if (r->watch && r->watch->progress && total)
			r->watch->progress(r->watch->ctx, r->volume, total - left, total);
		if (left == 0)
			return 0;
		if (left < before)
			moved = clock_ms();
		before = left;
		if (clock_ms() - moved > SNAPSHOT_STALL_S * INT64_C(1000))
			return err_set(err, ERR_CHILD_TIMEOUT, r->volume,
				       "merging the snapshot into %s has stood still for %d s",
				       r->volume, SNAPSHOT_STALL_S);
		usleep(LOOK_EVERY_MS * 1000);
	}
}

/* LVM lets go of a merging snapshot only while the volume is not active. */
static int drop_merged(const struct reset *r, struct err *err)
{
	const char *commands[] = {
		arena_printf(r->arena, "lvchange -an %s/%s", r->vg, r->volume),
		arena_printf(r->arena, "lvremove -y %s/%s", r->vg, r->snapshot),
		arena_printf(r->arena, "lvchange -ay %s/%s", r->vg, r->volume),
	};

	return lvm_run(commands, sizeof(commands) / sizeof(*commands), r->watch, err);
}

static int end(const struct reset *r, uint64_t extents, struct err *err)
{
	const char *command =
		arena_printf(r->arena, "lvchange --deltag " SNAPSHOT_RETAKE_TAG "%ju %s/%s",
			     (uintmax_t)extents, r->vg, r->volume);

	return lvm_run(&command, 1, r->watch, err);
}

static int merge(const struct reset *r, const struct snapshot_volume *volume, uint64_t extents,
		 struct err *err)
{
	if (!volume->is_merging && begin(r, extents, err))
		return -1;
	return wait_merged(r, used_bytes(volume), err) || drop_merged(r, err) ? -1 : 0;
}

int snapshot_reset(const char *vg, const struct snapshot_volume *volume, struct arena *arena,
		   const struct child_watch *watch, struct err *err)
{
	const struct reset r = {vg, volume->name, volume->snapshot, arena, watch};
	uint64_t extents = volume->retake ? volume->retake : volume->extents;
	const struct snapshot_order again = {
		.vg = vg,
		.origin = volume->name,
		.name = arena_printf(arena, "%s" JOB_SNAPSHOT_SUFFIX, volume->name),
		.options = "",
		.extents = extents,
	};
	bool merges = volume->snapshot && (volume->is_wanted || volume->is_merging);

	if (merges && (snapshot_check(volume, err) || snapshot_check_unused(volume, err)))
		return -1;
	if (merges && merge(&r, volume, extents, err))
		return -1;
	if ((merges || !volume->snapshot) && snapshot_make(&again, arena, watch, err))
		return -1;
	return end(&r, extents, err);
}
