#include "rescue/vg.h"

#include <string.h>

#include "base/lvm.h"

#define DEFAULT_VG   "local"
#define REPORT_BYTES (64 * 1024)

int vg_report(const char *command, char **report, struct arena *arena, struct err *err)
{
	*report = arena_alloc(arena, REPORT_BYTES);
	return lvm_report(&command, 1, *report, REPORT_BYTES, NULL, err);
}

/* Rows that match: by name or UUID, or all when `wanted` is NULL. `vg` gets the last one. */
static unsigned count_vgs(struct vg *vg, const char *report, const char *wanted)
{
	unsigned count = 0;

	for (const char *row = report; row && *row; row = lvm_next_row(row)) {
		struct vg found;

		if (!lvm_field(row, "vg_name", found.name, sizeof(found.name)) ||
		    !lvm_field(row, "vg_uuid", found.uuid, sizeof(found.uuid)))
			continue;
		if (wanted && strcmp(wanted, found.name) && strcmp(wanted, found.uuid))
			continue;
		*vg = found;
		count++;
	}
	return count;
}

/* "local (UUID), data (UUID)" for the message. */
static const char *list_vgs(const char *report, struct arena *arena)
{
	const char *list = "";

	for (const char *row = report; row && *row; row = lvm_next_row(row)) {
		struct vg vg;

		if (count_vgs(&vg, arena_printf(arena, "%.*s", (int)strcspn(row, "\n"), row), NULL))
			list = arena_printf(arena, "%s%s%s (%s)", list, *list ? ", " : "", vg.name,
					    vg.uuid);
	}
	return list;
}

int vg_choose(struct vg *vg, const char *wanted, struct arena *arena, struct err *err)
{
	char *report;
	unsigned count;

	if (vg_report("vgs " LVM_REPORT " -o vg_name,vg_uuid", &report, arena, err) < 0)
		return -1;
	count = count_vgs(vg, report, wanted ? wanted : DEFAULT_VG);
	if (count == 0 && !wanted)
		count = count_vgs(vg, report, NULL);
	if (count == 1)
		return 0;
	if (!*report)
		return err_set(err, ERR_RESCUE, NULL, "no VG on any disk of this machine");
	return err_set(err, ERR_RESCUE, wanted,
		       "%u VGs match; choose one with --vg, by name or UUID: %s", count,
		       list_vgs(report, arena));
}

int vg_activate(const struct vg *vg, const char *how, struct arena *arena, struct err *err)
{
	const char *command = arena_printf(arena, "vgchange %s --select vg_uuid=%s", how, vg->uuid);

	return lvm_run(&command, 1, NULL, err);
}
