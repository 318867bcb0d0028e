/*
 * Step wipe: from here on the disks of the plan are ours. What rests on them is taken apart, leaf first; then every place
 * where something old may be known again, or something new begins, is erased.
 */
#include <stdio.h>

#include "machine/sysfs.h"
#include "steps/blockdev.h"
#include "steps/busy.h"
#include "steps/erase.h"
#include "steps/holders.h"
#include "steps/refuse.h"
#include "steps/reservations.h"
#include "steps/same_disks.h"
#include "steps/step.h"

#define SYSFS_SECTOR 512

static void check(const struct context *ctx, struct err_list *errors)
{
	const struct plan *plan = ctx->plan;

	for (size_t i = 0; plan && i < plan->disk_count; i++) {
		const struct disk *disk = plan->disks[i].disk;
		struct err err = ERR_INIT;

		if (blockdev_read_ends(disk->path, disk->size, &err) < 0)
			err_list_add(errors, &err);
	}
	if (!plan)
		return;
	reservations_check(ctx, errors);
	busy_check(plan, ctx->watch, errors);
}

static int take_apart(const struct plan *plan, struct arena *arena, struct err *err)
{
	struct holders holders = {0};

	for (size_t i = 0; i < plan->disk_count; i++)
		if (holders_find(&holders, SYSFS, plan->disks[i].disk->name, arena, err) < 0)
			return -1;
	if (holders_find_orphans(&holders, SYSFS, plan->vg, arena, err) < 0)
		return -1;
	for (size_t i = 0; i < holders.count; i++) {
		fprintf(stderr, "taking %s apart\n", holders.item[i].label);
		if (holder_remove(&holders.item[i], err) < 0)
			return -1;
	}
	return 0;
}

/* Old partitions as the kernel knows them: also those of tables that libblkid does not. */
static int kernels_partitions(struct extents *extents, const struct disk *disk, struct arena *arena,
			      struct err *err)
{
	const char *folder = arena_printf(arena, SYSFS "/block/%s", disk->name);
	const char **entries;
	size_t count;

	if (sysfs_list(&entries, &count, folder, arena, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		uint64_t start = sysfs_number(0, "%s/%s/start", folder, entries[i]);
		uint64_t size = sysfs_number(0, "%s/%s/size", folder, entries[i]);

		if (sysfs_exists("%s/%s/partition", folder, entries[i]) && size &&
		    extents_add(extents, start * SYSFS_SECTOR, size * SYSFS_SECTOR, disk->path,
				err) < 0)
			return -1;
	}
	return 0;
}

/* Where signatures may be: inside old partitions, where new ones will be, on the disk as a whole. */
static int find_places(struct extents *places, int fd, const struct plan_disk *disk,
		       struct arena *arena, struct err *err)
{
	const char *path = disk->disk->path;

	if (kernels_partitions(places, disk->disk, arena, err) < 0 ||
	    signatures_partitions(places, fd, path, disk->disk->size, err) < 0)
		return -1;
	for (size_t i = 0; i < disk->partition_count; i++)
		if (extents_add(places, disk->partitions[i].start, disk->partitions[i].size, path,
				err) < 0)
			return -1;
	return extents_add(places, 0, disk->disk->size, path, err);
}

/* All places are known before the first is erased: the tables that tell of them go, too. */
static int erase(int fd, const struct plan_disk *disk, struct arena *arena, struct err *err)
{
	const char *path = disk->disk->path;
	struct extents places = {0};
	unsigned erased = 0;

	if (find_places(&places, fd, disk, arena, err) < 0)
		return -1;
	for (size_t i = 0; i < places.count; i++)
		if (erase_place(fd, path, places.item[i], &erased, err) < 0)
			return -1;
	fprintf(stderr,
		"%s: both ends of %zu places are zeros, %u old signatures between them erased\n",
		path, places.count, erased);
	return 0;
}

static int wipe_disk(int fd, const struct plan_disk *disk, struct arena *arena, struct err *err)
{
	return erase(fd, disk, arena, err) < 0 || blockdev_reread(fd, disk->disk->path, err) < 0
		       ? -1
		       : 0;
}

/* All disks are ours before the first byte of any changes. */
static int claim_all(int *fds, const struct plan *plan, struct err *err)
{
	for (size_t i = 0; i < plan->disk_count; i++) {
		fds[i] = blockdev_claim(plan->disks[i].disk->path, err);
		if (fds[i] < 0)
			return -1;
	}
	return 0;
}

static int let_go_of_all(const int *fds, const struct plan *plan, struct err *err)
{
	struct err first = ERR_INIT, own = ERR_INIT;

	for (size_t i = 0; i < plan->disk_count; i++)
		if (fds[i] >= 0 && blockdev_close(fds[i], plan->disks[i].disk->path, &own) < 0)
			err_keep(&first, &own);
	return first.code == ERR_NONE ? 0 : err_keep(err, &first);
}

/* In a child: libdevmapper and libblkid work on whatever the old system left. */
static int wipe_all(void *arg, struct err *err)
{
	const struct plan *plan = arg;
	struct arena arena = {0};
	int *fds = arena_array(&arena, plan->disk_count, sizeof(*fds));
	int ret;

	for (size_t i = 0; i < plan->disk_count; i++)
		fds[i] = -1;
	ret = take_apart(plan, &arena, err) < 0 ? -1 : claim_all(fds, plan, err);
	for (size_t i = 0; ret == 0 && i < plan->disk_count; i++) {
		ret = wipe_disk(fds[i], &plan->disks[i], &arena, err);
		child_progress(i + 1, plan->disk_count);
	}
	if (let_go_of_all(fds, plan, err) < 0)
		ret = -1;
	arena_free(&arena);
	return ret;
}

/* Asked once more: since the check, or where `apply` skipped it, somebody may have mounted something. */
static int still_free(const struct context *ctx, struct err *err)
{
	struct err_list errors = {0};
	int ret = 0;

	busy_check(ctx->plan, ctx->watch, &errors);
	if (errors.count)
		ret = refuse(ctx, &errors, err);
	err_list_free(&errors);
	return ret;
}

static int run(struct context *ctx, struct err *err)
{
	struct child child = {.name = "wipe", .fn = wipe_all, .arg = ctx->plan};

	if (same_disks(ctx->plan, SYSFS, err) < 0 || still_free(ctx, err) < 0)
		return -1;
	return child_run(&child, ctx->watch, err);
}

static int verify_disk(const struct plan_disk *disk, struct arena *arena, struct err *err)
{
	const char *path = disk->disk->path;
	struct extents left = {0};
	struct err ignored;
	char type[32];
	int fd = blockdev_claim(path, err), found;

	if (fd < 0)
		return -1;
	found = signatures_left(fd, path, (struct extent){0, disk->disk->size}, type, err);
	blockdev_close(fd, path, &ignored);
	if (found < 0 || kernels_partitions(&left, disk->disk, arena, err) < 0)
		return -1;
	if (found)
		return err_set(err, ERR_WIPE, path, "a signature of %s is still there", type);
	if (left.count)
		return err_set(err, ERR_WIPE, path, "the kernel still sees %zu old partitions",
			       left.count);
	return 0;
}

static int verify_all(void *arg, struct err *err)
{
	const struct plan *plan = arg;
	struct arena arena = {0};
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < plan->disk_count; i++)
		ret = verify_disk(&plan->disks[i], &arena, err);
	arena_free(&arena);
	return ret;
}

static int verify(struct context *ctx, struct err *err)
{
	struct child child = {.name = "wipe", .fn = verify_all, .arg = ctx->plan};

	return child_run(&child, ctx->watch, err);
}

const struct step step_wipe = {
	.name = "wipe",
	.summary = "take old holders apart and erase old signatures",
	.check = check,
	.run = run,
	.verify = verify,
};
