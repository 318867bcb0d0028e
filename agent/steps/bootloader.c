/* GRUB for BIOS machines, the last thing written: a VM that failed before has no boot sector. */
#include "steps/grub_disk.h"
#include "steps/step.h"
#include "steps/sync.h"

#define IMAGES NEWROOT_SHARE "/grub"

static int check_sectors(const struct disk *disk, struct err *err)
{
	if (disk->logical_sector == GRUB_SECTOR)
		return 0;
	return err_set(err, ERR_MACHINE_DISK, disk->path,
		       "%s has sectors of %u bytes; a BIOS boots only from disks with %d",
		       disk->path, disk->logical_sector, GRUB_SECTOR);
}

static void check(const struct context *ctx, struct err_list *errors)
{
	struct grub_images images;
	struct arena arena = {0};
	struct err err = ERR_INIT;

	if (ctx->plan && check_sectors(ctx->plan->disks[0].disk, &err))
		err_list_add(errors, &err);
	if (grub_images_read(&images, IMAGES, TABLE_MSDOS, &arena, &err) ||
	    grub_images_read(&images, IMAGES, TABLE_GPT, &arena, &err))
		err_list_add(errors, &err);
	arena_free(&arena);
}

static int with_images(struct context *ctx,
		       int (*act)(const char *device, enum table_type table,
				  struct grub_images *images, struct err *err),
		       struct err *err)
{
	const struct plan_disk *disk = &ctx->plan->disks[0];
	struct grub_images images;
	struct arena arena = {0};
	int ret = grub_images_read(&images, IMAGES, disk->table, &arena, err);

	if (ret == 0)
		ret = act(disk->disk->path, disk->table, &images, err);
	arena_free(&arena);
	return ret;
}

static int run(struct context *ctx, struct err *err)
{
	/* What the boot sector leads to is on the disks before it; `apply` runs no check. */
	if (check_sectors(ctx->plan->disks[0].disk, err) || sync_filesystems(ctx->plan, err))
		return -1;
	return with_images(ctx, grub_disk_write, err);
}

static int verify(struct context *ctx, struct err *err)
{
	int ret = with_images(ctx, grub_disk_verify, err);

	if (ret)
		grub_disk_erase(ctx->plan->disks[0].disk->path, NULL);
	return ret;
}

const struct step step_bootloader = {
	.name = "bootloader",
	.summary = "write GRUB to the boot disk, its boot sector last",
	.check = check,
	.run = run,
	.verify = verify,
};
