/* What a plan has: filesystems by where they are mounted, disks. */
#include <string.h>

#include "plan/plan.h"

const struct plan_fs *plan_fs_at(const struct plan *plan, const char *mount)
{
	for (size_t i = 0; i < plan->fs_count; i++)
		if (plan->filesystems[i].mount && !strcmp(plan->filesystems[i].mount, mount))
			return &plan->filesystems[i];
	return NULL;
}

const struct plan_fs *plan_fs_holding(const struct plan *plan, const char *folder)
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

bool plan_has_disk(const struct plan *plan, const struct disk *disk)
{
	for (size_t i = 0; i < plan->disk_count; i++)
		if (plan->disks[i].disk == disk)
			return true;
	return false;
}
