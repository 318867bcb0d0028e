/* Step mount: the tree of filesystems under NEWROOT_MOUNT, parents first. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <unistd.h>

#include "base/limits.h"
#include "steps/mounts.h"
#include "steps/step.h"

#define SMALL_MEMORY MIB(256) /* below, the new swap helps unpacking; above, it only costs time */

/*
 * Unpacking writes every file once: access times are noise, and larger log buffers mean fewer waits for
 * the log. What the job wants later is in fstab.
 */
static const char *const install_options[] = {
	[FS_XFS] = "logbsize=256k", [FS_EXT2] = "", [FS_EXT3] = "", [FS_EXT4] = "", [FS_SWAP] = "",
};

/*
 * A kernel of that time, and 32-bit programs of that time, know inode numbers of 32 bits only; this one's
 * would be larger on filesystems beyond 1 TiB.
 */
static const char *options_of(const struct context *ctx, const struct plan_fs *fs)
{
	if (fs->type == FS_XFS && ctx->plan->profile == PROFILE_2_6_18)
		return arena_printf(ctx->arena, "%s,inode32", install_options[fs->type]);
	return install_options[fs->type];
}

/* A path of the new system, seen from here. */
static const char *place_of(const struct context *ctx, const struct plan_fs *fs)
{
	return arena_printf(ctx->arena, "%s%s", NEWROOT_MOUNT,
			    strcmp(fs->mount, "/") ? fs->mount : "");
}

static int make_folders(const char *path, struct arena *arena, struct err *err)
{
	char *copy = arena_strdup(arena, path);

	for (char *c = copy + 1;; c++) {
		char end = *c;

		if (end != '/' && end != '\0')
			continue;
		*c = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			return err_sys(err, ERR_MOUNT, copy, "cannot make the mount point");
		if (end == '\0')
			return 0;
		*c = end;
	}
}

static int mount_one(const struct context *ctx, const struct plan_fs *fs, struct err *err)
{
	const char *place = place_of(ctx, fs), *type = fs_type_name(fs->type);

	if (mounts_have(place))
		return 0;
	if (make_folders(place, ctx->arena, err) < 0)
		return -1;
	if (mount(fs->device, place, type, MS_NOATIME, options_of(ctx, fs)) < 0)
		return err_sys(err, ERR_MOUNT, place, "cannot mount %s (%s)", fs->device, type);
	return 0;
}

/* Without swap the installation goes on: it is a help, not a need. */
static void help_small_memory(const struct context *ctx)
{
	for (size_t i = 0; i < ctx->plan->fs_count; i++) {
		const struct plan_fs *fs = &ctx->plan->filesystems[i];

		if (fs->type != FS_SWAP || ctx->machine.memory >= SMALL_MEMORY)
			continue;
		if (swapon(fs->device, 0) == 0)
			ctx->note("swapping to %s: the machine has only %ju MiB of memory",
				  fs->device, (uintmax_t)(ctx->machine.memory >> 20));
		else if (errno != EBUSY)
			ctx->note("cannot swap to %s: %s", fs->device, strerror(errno));
	}
}

static int mount_all(struct context *ctx, struct err *err)
{
	for (size_t i = 0; i < ctx->plan->fs_count; i++)
		if (ctx->plan->filesystems[i].mount &&
		    mount_one(ctx, &ctx->plan->filesystems[i], err) < 0)
			return -1;
	return 0;
}

static int run(struct context *ctx, struct err *err)
{
	if (mount_all(ctx, err) < 0)
		return -1;
	help_small_memory(ctx);
	return 0;
}

/* What is mounted is the device of the plan, not something that was there before. */
static int verify(struct context *ctx, struct err *err)
{
	for (size_t i = 0; i < ctx->plan->fs_count; i++) {
		const struct plan_fs *fs = &ctx->plan->filesystems[i];
		struct stat place, device;

		if (!fs->mount)
			continue;
		if (stat(place_of(ctx, fs), &place) < 0 || stat(fs->device, &device) < 0)
			return err_sys(err, ERR_MOUNT, fs->device, "cannot look at the mount on %s",
				       fs->mount);
		if (place.st_dev != device.st_rdev)
			return err_set(err, ERR_MOUNT, place_of(ctx, fs),
				       "something else than %s is mounted there", fs->device);
	}
	return 0;
}

/* EINVAL: it was never switched on. */
static void swap_off(const struct context *ctx, struct err *err)
{
	for (size_t i = 0; ctx->plan && i < ctx->plan->fs_count; i++) {
		const struct plan_fs *fs = &ctx->plan->filesystems[i];
		struct err own = ERR_INIT;

		if (fs->type != FS_SWAP || swapoff(fs->device) == 0 || errno == EINVAL ||
		    errno == ENOENT)
			continue;
		err_sys(&own, ERR_MOUNT, fs->device, "cannot switch the swap off");
		err_keep(err, &own);
	}
}

/* What a person mounted there before counts only if it is this job's. */
static int adopt(struct context *ctx, struct err *err)
{
	return mount_all(ctx, err) < 0 ? -1 : verify(ctx, err);
}

static int release(struct context *ctx, struct err *err)
{
	struct err first = ERR_INIT, own = ERR_INIT;

	sync();
	swap_off(ctx, &first);
	if (mounts_undo(NEWROOT_MOUNT, &own) < 0)
		err_keep(&first, &own);
	return first.code == ERR_NONE ? 0 : err_keep(err, &first);
}

const struct step step_mount = {
	.name = "mount",
	.summary = "mount the new filesystems under " NEWROOT_MOUNT,
	.run = run,
	.verify = verify,
	.release = release,
	.adopt = adopt,
	.refresh = true,
};
