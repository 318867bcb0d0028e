#include "steps/same_disks.h"

#include <string.h>

static const struct disk *find(const struct machine *machine, const char *path)
{
	for (size_t i = 0; i < machine->disk_count; i++)
		if (!strcmp(machine->disks[i].path, path))
			return &machine->disks[i];
	return NULL;
}

static int compare(const struct disk *planned, const struct disk *now, struct err *err)
{
	if (!now)
		return err_set(
			err, ERR_MACHINE_DISK, planned->path,
			"the disk is gone since the plan was made; nothing was written, start again");
	if (now->size == planned->size && now->logical_sector == planned->logical_sector &&
	    !strcmp(now->serial, planned->serial) && !strcmp(now->wwn, planned->wwn) &&
	    !strcmp(now->location, planned->location))
		return 0;
	return err_set(
		err, ERR_MACHINE_DISK, planned->path,
		"this is another disk than the plan was made for: %ju bytes, serial '%s', "
		"wwn '%s' at %s now, %ju bytes, serial '%s', wwn '%s' at %s then; nothing was written, start again",
		(uintmax_t)now->size, now->serial, now->wwn, now->location,
		(uintmax_t)planned->size, planned->serial, planned->wwn, planned->location);
}

int same_disks(const struct plan *plan, const char *sysfs, struct err *err)
{
	struct arena arena = {0};
	struct machine now;
	int ret = machine_probe(&now, sysfs, &arena, err);

	for (size_t i = 0; ret == 0 && i < plan->disk_count; i++)
		ret = compare(plan->disks[i].disk, find(&now, plan->disks[i].disk->path), err);
	arena_free(&arena);
	return ret;
}
