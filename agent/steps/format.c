/* Step format: a filesystem or swap area on every device of the plan; read back by libblkid. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine/superblock.h"
#include "steps/blockdev.h"
#include "steps/chosen.h"
#include "steps/mkfs.h"
#include "steps/mkfs_try.h"
#include "steps/snapshots.h"
#include "steps/step.h"
#include "steps/swap_header.h"

/* As execvp() will look for it. */
static bool in_path(const char *tool)
{
	const char *path = getenv("PATH");
	char file[512];

	for (size_t len; path && *path; path += len + (path[len] == ':')) {
		len = strcspn(path, ":");
		snprintf(file, sizeof(file), "%.*s/%s", (int)len, path, tool);
		if (access(file, X_OK) == 0)
			return true;
	}
	return false;
}

static void check_tools(const struct context *ctx, struct err_list *errors)
{
	struct arena arena = {0};
	const char *missing = NULL;

	for (size_t i = 0; i < ctx->plan->fs_count; i++) {
		const struct plan_fs *fs = &ctx->plan->filesystems[i];
		const char *const *argv = mkfs_argv(fs, ctx->plan->profile, &arena);
		struct err err = ERR_INIT;

		if (!argv || in_path(argv[0]) || (missing && !strcmp(missing, argv[0])))
			continue;
		missing = argv[0];
		err_set(&err, ERR_FORMAT, fs->device, "%s, which makes %s, is not in this initrd",
			missing, fs_type_name(fs->type));
		err_list_add(errors, &err);
	}
	arena_free(&arena);
}

static const struct plan_fs *fs_on(const struct plan *plan, const char *device)
{
	for (size_t i = 0; i < plan->fs_count; i++)
		if (!strcmp(plan->filesystems[i].device, device))
			return &plan->filesystems[i];
	return NULL;
}

/* What the job says to mkfs is known to be good only when mkfs has seen it. */
static void check_options(const struct context *ctx, struct err_list *errors)
{
	for (size_t i = 0; i < ctx->plan->lv_count; i++) {
		const struct plan_lv *lv = &ctx->plan->lvs[i];
		const struct plan_fs *fs = fs_on(ctx->plan, lv->path);
		struct err err = ERR_INIT;

		if (!fs || fs->type == FS_SWAP || !fs->mkfs_options.count || !chosen_lv(ctx, lv))
			continue;
		if (mkfs_try(fs, ctx->plan->profile,
			     arena_printf(ctx->arena, "%s/mkfs_options", lv->volume->json_path),
			     ctx->watch, &err) < 0)
			err_list_add(errors, &err);
	}
}

static void check(const struct context *ctx, struct err_list *errors)
{
	size_t before = errors->count;

	if (!ctx->plan)
		return;
	check_tools(ctx, errors);
	if (errors->count == before)
		check_options(ctx, errors);
}

static int make_swap(void *arg, struct err *err)
{
	const struct plan_fs *fs = arg;
	uint8_t page[SWAP_PAGE];
	struct err ignored;
	ssize_t put;
	int fd;

	if (swap_header_fill(page, fs->size, fs->uuid, fs->label, err) < 0)
		return err_prefix(err, "swap on %s", fs->device);
	fd = blockdev_claim(fs->device, err);
	if (fd < 0)
		return -1;
	put = pwrite(fd, page, sizeof(page), 0);
	if (put != (ssize_t)sizeof(page)) {
		err_sys(err, ERR_FORMAT, fs->device, "cannot write the swap header");
		blockdev_close(fd, fs->device, &ignored);
		return -1;
	}
	return blockdev_close(fd, fs->device, err);
}

static int make_one(const struct context *ctx, struct plan_fs *fs, struct err *err)
{
	struct child child = {.code = ERR_FORMAT};

	child.argv = mkfs_argv(fs, ctx->plan->profile, ctx->arena);
	if (!child.argv) {
		child.fn = make_swap;
		child.arg = fs;
	}
	child.name =
		arena_printf(ctx->arena, "%s %s", child.argv ? child.argv[0] : "swap", fs->device);
	return child_run(&child, ctx->watch, err);
}

/*
 * When just some are made anew the others must be what the job says, before anything is erased; those keep their UUIDs
 * if they still have one.
 */
static int take_over(struct context *ctx, struct err *err)
{
	for (size_t i = 0; i < ctx->plan->fs_count; i++) {
		struct plan_fs *fs = &ctx->plan->filesystems[i];
		struct err own = ERR_INIT;

		if (plan_adopt_fs(ctx->plan, fs, &own) < 0 && !chosen_fs(ctx, fs))
			return err_keep(err, &own);
	}
	return 0;
}

static int run(struct context *ctx, struct err *err)
{
	if ((ctx->volumes.count && take_over(ctx, err) < 0) || snapshots_drop(ctx, err) < 0)
		return -1;
	for (size_t i = 0; i < ctx->plan->fs_count; i++)
		if (chosen_fs(ctx, &ctx->plan->filesystems[i]) &&
		    make_one(ctx, &ctx->plan->filesystems[i], err) < 0)
			return -1;
	return 0;
}

static int expect(const struct plan_fs *fs, const char *what, const char *found,
		  const char *planned, struct err *err)
{
	if (!strcmp(found, planned))
		return 0;
	return err_set(err, ERR_FORMAT, fs->device,
		       "its %s reads back as '%s', but '%s' was planned", what, found, planned);
}

static int verify(struct context *ctx, struct err *err)
{
	for (size_t i = 0; i < ctx->plan->fs_count; i++) {
		const struct plan_fs *fs = &ctx->plan->filesystems[i];
		struct superblock found;

		if (!chosen_fs(ctx, fs))
			continue;
		if (superblock_read(&found, fs->device, err) < 0 ||
		    expect(fs, "type", found.type, fs_type_name(fs->type), err) < 0 ||
		    expect(fs, "UUID", found.uuid, fs->uuid, err) < 0 ||
		    expect(fs, "label", found.label, fs->label ? fs->label : "", err) < 0)
			return -1;
	}
	return 0;
}

static int adopt(struct context *ctx, struct err *err)
{
	return plan_adopt(ctx->plan, err);
}

const struct step step_format = {
	.name = "format",
	.summary = "make filesystems and swap",
	.check = check,
	.run = run,
	.verify = verify,
	.adopt = adopt,
	.refresh = true,
};
