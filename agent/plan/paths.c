/* One disk that is seen twice: a LUN by two paths, or shared between hosts. Written by both, it is lost. */
#include <string.h>
#include <strings.h>

#include "plan/parts.h"

/* Disks without a WWN are told apart by their serials; NVMe's namespaces share one, but have WWNs. */
static bool same_disk(const struct disk *a, const struct disk *b)
{
	if (*a->wwn || *b->wwn)
		return !strcasecmp(a->wwn, b->wwn);
	return *a->serial && !strcmp(a->serial, b->serial) && !strcmp(a->model, b->model) &&
	       a->size == b->size;
}

static void refuse(const struct disk *disk, const struct disk *other, struct err_list *errors)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_MACHINE_DISK, disk->path,
		"%s has the same %s '%s': one disk by two paths, or two disks that nothing tells apart; "
		"detach one of them, or give each disk a serial of its own",
		other->path, *disk->wwn ? "WWN" : "serial", *disk->wwn ? disk->wwn : disk->serial);
	err_list_add(errors, &err);
}

/* Each pair once: with the disks behind it in the plan, and with those that are not in it. */
static bool is_asked(const struct plan *plan, size_t index, const struct disk *other)
{
	for (size_t i = 0; i <= index; i++)
		if (plan->disks[i].disk == other)
			return false;
	return true;
}

void plan_check_paths(const struct plan *plan, struct err_list *errors)
{
	const struct machine *machine = plan->machine;

	for (size_t i = 0; i < plan->disk_count; i++)
		for (size_t j = 0; j < machine->disk_count; j++)
			if (is_asked(plan, i, &machine->disks[j]) &&
			    same_disk(plan->disks[i].disk, &machine->disks[j]))
				refuse(plan->disks[i].disk, &machine->disks[j], errors);
}
