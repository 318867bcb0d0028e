/* Which filesystem is made on which device, and the order in which they are mounted and filled. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "base/limits.h"
#include "plan/parts.h"

/* Sizes that the makers accept. */
static const struct {
	uint64_t least, most;
} bounds[] = {
	[FS_XFS] = {MIB(300), (uint64_t)1 << 53}, /* mkfs.xfs 6.1: "must be larger than 300MB" */
	[FS_EXT2] = {MIB(4), (uint64_t)1 << 44},  /* 2^32 blocks of 4 KiB, also below */
	[FS_EXT3] = {MIB(8), (uint64_t)1 << 44},  /* a journal of 1024 blocks, and room for files */
	[FS_EXT4] = {MIB(8), (uint64_t)1 << 44},
	[FS_SWAP] = {MIB(4), (uint64_t)1 << 44}, /* 32-bit page numbers */
};

void plan_set_uuid(const struct plan *plan, struct plan_fs *fs, const char *uuid)
{
	snprintf(fs->uuid, sizeof(fs->uuid), "%s", uuid);
	if (!strncmp(fs->spec, "UUID=", 5))
		fs->spec = arena_printf(plan->arena, "UUID=%s", uuid);
}

static void choose_uuid(const struct plan *plan, struct plan_fs *fs)
{
	char text[UUID_TEXT];
	uuid_t uuid;

	uuid_generate_random(uuid);
	uuid_unparse_lower(uuid, text);
	plan_set_uuid(plan, fs, text);
}

static void check_bounds(const struct plan_fs *fs, const char *where, struct err_list *errors)
{
	struct err err = ERR_INIT;

	if (fs->size >= bounds[fs->type].least && fs->size <= bounds[fs->type].most)
		return;
	err_set(&err, ERR_MACHINE_SPACE, where,
		"%s would have %ju bytes; %s takes from %ju to %ju bytes", fs->device,
		(uintmax_t)fs->size, fs_type_name(fs->type), (uintmax_t)bounds[fs->type].least,
		(uintmax_t)bounds[fs->type].most);
	err_list_add(errors, &err);
}

/* Disk names change between boots, so fstab names /boot by its UUID. */
static void add_boot(struct plan *plan, struct err_list *errors)
{
	const struct job_boot_partition *boot = &plan->job->boot;
	struct plan_fs *fs = &plan->filesystems[plan->fs_count++];
	const struct plan_disk *disk = &plan->disks[0];

	for (size_t i = 0; i < disk->partition_count; i++) {
		if (disk->partitions[i].role != PART_BOOT)
			continue;
		fs->device = disk->partitions[i].path;
		fs->size = disk->partitions[i].size;
	}
	fs->spec = "UUID=";
	fs->type = boot->fs;
	fs->mount = "/boot";
	fs->label = boot->label;
	fs->options = "defaults";
	choose_uuid(plan, fs);
	check_bounds(fs, "/boot", errors);
}

static void add_volume(struct plan *plan, const struct plan_lv *lv, struct err_list *errors)
{
	struct plan_fs *fs = &plan->filesystems[plan->fs_count++];

	fs->device = lv->path;
	fs->spec = lv->path;
	fs->size = lv->extents * EXTENT_SIZE;
	fs->type = lv->volume->fs;
	fs->mount = lv->volume->mount;
	fs->label = lv->volume->label;
	fs->options = lv->volume->mount_options;
	fs->mkfs_options = lv->volume->mkfs_options;
	choose_uuid(plan, fs);
	check_bounds(fs, lv->volume->json_path, errors);
}

/* How deep below "/" a path lies: a parent is always less deep than its children. */
static unsigned depth_of(const char *path)
{
	unsigned depth = 0;

	for (; *path; path++)
		depth += path[0] == '/' && path[1] != '\0' && path[1] != '/';
	return depth;
}

/* Mounted ones by depth and name, then those that aren't mounted, then swap. */
static int compare_filesystems(const void *left, const void *right)
{
	const struct plan_fs *a = left, *b = right;
	int class_a = a->mount ? 0 : a->type == FS_SWAP ? 2 : 1;
	int class_b = b->mount ? 0 : b->type == FS_SWAP ? 2 : 1;

	if (class_a != class_b)
		return class_a - class_b;
	if (!a->mount)
		return strcmp(a->device, b->device);
	if (depth_of(a->mount) != depth_of(b->mount))
		return depth_of(a->mount) < depth_of(b->mount) ? -1 : 1;
	return strcmp(a->mount, b->mount);
}

int plan_list_filesystems(struct plan *plan, struct err_list *errors)
{
	size_t before = errors->count;

	plan->filesystems =
		arena_array(plan->arena, plan->lv_count + 1, sizeof(*plan->filesystems));
	add_boot(plan, errors);
	for (size_t i = 0; i < plan->lv_count; i++)
		add_volume(plan, &plan->lvs[i], errors);
	qsort(plan->filesystems, plan->fs_count, sizeof(*plan->filesystems), compare_filesystems);
	return errors->count > before ? -1 : 0;
}

/* Outer mounts first; archives for one place stay in the job's order, so the last one wins. */
static int compare_archives(const void *left, const void *right)
{
	const struct job_archive *a = *(const struct job_archive *const *)left;
	const struct job_archive *b = *(const struct job_archive *const *)right;

	if (depth_of(a->to) != depth_of(b->to))
		return depth_of(a->to) < depth_of(b->to) ? -1 : 1;
	return a < b ? -1 : a > b;
}

void plan_order_archives(struct plan *plan)
{
	const struct job *job = plan->job;

	plan->archives = arena_array(plan->arena, job->archive_count, sizeof(*plan->archives));
	plan->archive_count = job->archive_count;
	for (size_t i = 0; i < job->archive_count; i++)
		plan->archives[i] = &job->archives[i];
	qsort(plan->archives, plan->archive_count, sizeof(*plan->archives), compare_archives);
}
