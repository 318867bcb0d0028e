#include "steps/busy.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "machine/sysfs.h"
#include "steps/holders.h"
#include "steps/old_vgs.h"
#include "steps/users.h"

#define DEVICES_MAX 1024

struct devices {
	dev_t item[DEVICES_MAX];
	size_t count;
};

/* Beyond DEVICES_MAX the claim before writing still catches a mount. */
static void add_device(struct devices *devices, const char *folder)
{
	char text[SYSFS_TEXT_MAX];
	unsigned major_number, minor_number;

	if (sysfs_text(text, "%s/dev", folder) && devices->count < DEVICES_MAX &&
	    sscanf(text, "%u:%u", &major_number, &minor_number) == 2)
		devices->item[devices->count++] = makedev(major_number, minor_number);
}

/* A block device and its partitions. */
static int add_devices(struct devices *devices, const char *name, struct arena *arena,
		       struct err *err)
{
	const char *folder = arena_printf(arena, SYSFS "/block/%s", name);
	const char **entries;
	size_t count;

	add_device(devices, folder);
	if (sysfs_list(&entries, &count, folder, arena, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const char *partition = arena_printf(arena, "%s/%s", folder, entries[i]);

		if (sysfs_exists("%s/partition", partition))
			add_device(devices, partition);
	}
	return 0;
}

/* Something assembled from the plan's disks and another one can't be taken apart without harm. */
static int check_span(const struct plan *plan, const struct holders *ours, struct arena *arena,
		      struct err_list *errors, struct err *err)
{
	for (size_t i = 0; i < plan->machine->disk_count; i++) {
		const struct disk *disk = &plan->machine->disks[i];
		struct holders theirs = {0};

		if (plan_has_disk(plan, disk))
			continue;
		if (holders_find(&theirs, SYSFS, disk->name, arena, err) < 0)
			return -1;
		for (size_t h = 0; h < theirs.count; h++) {
			struct err own = ERR_INIT;

			if (!holders_have(ours, theirs.item[h].name))
				continue;
			err_set(&own, ERR_MACHINE_BUSY, disk->path,
				"%s spans this disk, which is not in the plan; add the disk to the job or take %s apart by hand",
				theirs.item[h].label, theirs.item[h].label);
			err_list_add(errors, &own);
		}
	}
	return 0;
}

static int check_disks(const struct plan *plan, struct arena *arena, struct err_list *errors,
		       struct err *err)
{
	struct devices devices = {0};
	struct holders holders = {0};

	for (size_t i = 0; i < plan->disk_count; i++) {
		const struct disk *disk = plan->disks[i].disk;

		if (add_devices(&devices, disk->name, arena, err) < 0 ||
		    holders_find(&holders, SYSFS, disk->name, arena, err) < 0)
			return -1;
	}
	if (holders_find_orphans(&holders, SYSFS, plan->vg, arena, err) < 0)
		return -1;
	for (size_t i = 0; i < holders.count; i++) {
		struct err own = ERR_INIT;

		if (add_devices(&devices, holders.item[i].name, arena, err) < 0)
			return -1;
		if (holders.item[i].kind != HOLDER_UNKNOWN)
			continue;
		err_set(&own, ERR_MACHINE_BUSY, holders.item[i].name,
			"rests on a disk of the plan; accepted are LVM, device-mapper and MD");
		err_list_add(errors, &own);
	}
	users_find(devices.item, devices.count, "/proc/self/mountinfo", "/proc/swaps", errors);
	return check_span(plan, &holders, arena, errors, err);
}

void busy_check(const struct plan *plan, const struct child_watch *watch, struct err_list *errors)
{
	struct arena arena = {0};
	struct err err = ERR_INIT;

	if (check_disks(plan, &arena, errors, &err) < 0 ||
	    old_vgs_check(plan, watch, &arena, errors, &err) < 0)
		err_list_add(errors, &err);
	arena_free(&arena);
}
