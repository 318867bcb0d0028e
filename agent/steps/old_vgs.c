#include "steps/old_vgs.h"

#include <stdlib.h>
#include <string.h>

#include "base/lvm.h"

#define REPORT_BYTES (64 * 1024) /* 200 bytes a PV */
#define FIELD_BYTES  256

struct pv {
	char path[FIELD_BYTES], vg[FIELD_BYTES], vg_uuid[FIELD_BYTES];
	const struct disk *disk; /* NULL: none of this machine's, such as a missing PV */
	bool planned;
};

/* "/dev/sda2" and "/dev/sda" are on sda; "/dev/sdaa" is not. */
static bool lies_on(const char *path, const struct disk *disk)
{
	size_t len = strlen(disk->path);
	const char *rest = path + len;

	if (strncmp(path, disk->path, len))
		return false;
	rest += *rest == 'p';
	return rest[strspn(rest, "0123456789")] == '\0';
}

static bool read_row(struct pv *pv, const char *row, const struct plan *plan)
{
	if (!lvm_field(row, "pv_name", pv->path, sizeof(pv->path)) ||
	    !lvm_field(row, "vg_name", pv->vg, sizeof(pv->vg)) ||
	    !lvm_field(row, "vg_uuid", pv->vg_uuid, sizeof(pv->vg_uuid)))
		return false;
	pv->disk = NULL;
	pv->planned = false;
	for (size_t i = 0; i < plan->machine->disk_count; i++)
		if (lies_on(pv->path, &plan->machine->disks[i]))
			pv->disk = &plan->machine->disks[i];
	for (size_t i = 0; i < plan->disk_count; i++)
		if (plan->disks[i].disk == pv->disk)
			pv->planned = true;
	return pv->disk != NULL && pv->vg_uuid[0] != '\0';
}

/* The PV of the same VG on a disk of the plan. */
static bool find_partner(struct pv *partner, const struct pv *outside, const char *report,
			 const struct plan *plan)
{
	for (const char *row = report; row; row = lvm_next_row(row))
		if (read_row(partner, row, plan) && partner->planned &&
		    !strcmp(partner->vg_uuid, outside->vg_uuid))
			return true;
	return false;
}

void old_vgs_judge(const struct plan *plan, const char *report, struct err_list *errors)
{
	struct pv outside, partner;

	for (const char *row = report; row; row = lvm_next_row(row)) {
		struct err err = ERR_INIT;

		if (!read_row(&outside, row, plan) || outside.planned)
			continue;
		if (find_partner(&partner, &outside, report, plan))
			err_set(&err, ERR_MACHINE_BUSY, partner.path,
				"is a PV of VG %s, which also lies on %s outside of the plan; add that disk to the job or remove it from the VG",
				outside.vg, outside.path);
		else if (!strcmp(outside.vg, plan->vg))
			err_set(&err, ERR_MACHINE_BUSY, outside.path,
				"carries another VG %s outside of the plan; rename or remove it, or choose another VG name in the job",
				outside.vg);
		if (err.code != ERR_NONE)
			err_list_add(errors, &err);
	}
}

int old_vgs_check(const struct plan *plan, const struct child_watch *watch, struct err_list *errors,
		  struct err *err)
{
	static const char *const commands[] = {"pvs " LVM_REPORT " -o pv_name,vg_name,vg_uuid"};
	char *report;
	int ret;

	if (plan->disk_count == plan->machine->disk_count)
		return 0;
	report = calloc(1, REPORT_BYTES);
	if (!report)
		return err_set(err, ERR_MEMORY, NULL, "no memory for LVM's report");
	ret = lvm_report(commands, 1, report, REPORT_BYTES, watch, err);
	if (ret == 0)
		old_vgs_judge(plan, report, errors);
	free(report);
	return ret;
}
