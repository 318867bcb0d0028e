#include "steps/old_vgs.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/lvm.h"
#include "machine/sysfs.h"

#define REPORT_BYTES (64 * 1024) /* 200 bytes a PV */
#define FIELD_BYTES  256

struct pv {
	char path[FIELD_BYTES], vg[FIELD_BYTES], vg_uuid[FIELD_BYTES];
	const struct disk *
		outside; /* a disk that it lies on, of those that are not in the plan; NULL: none of them */
	bool planned; /* it lies on a disk of the plan */
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

/* "/dev/md127", "/dev/md127p1", "/dev/dm-3", "/dev/mapper/LABEL". */
static bool is_holder(const char *path, const struct holder *holder)
{
	static const char dev[] = "/dev/", mapper[] = "/dev/mapper/";
	size_t len = strlen(holder->name);

	if (!strncmp(path, mapper, strlen(mapper)))
		return !strcmp(path + strlen(mapper), holder->label);
	return !strncmp(path, dev, strlen(dev)) &&
	       !strncmp(path + strlen(dev), holder->name, len) &&
	       !isdigit((unsigned char)path[strlen(dev) + len]);
}

static bool rests_on(const char *path, const struct holders *holders)
{
	for (size_t i = 0; i < holders->count; i++)
		if (is_holder(path, &holders->item[i]))
			return true;
	return false;
}

/* false: no PV of a VG, or one that is missing ("[unknown]"). */
static bool read_row(struct pv *pv, const char *row, const struct plan *plan,
		     const struct holders *holders)
{
	if (!lvm_field(row, "pv_name", pv->path, sizeof(pv->path)) ||
	    !lvm_field(row, "vg_name", pv->vg, sizeof(pv->vg)) ||
	    !lvm_field(row, "vg_uuid", pv->vg_uuid, sizeof(pv->vg_uuid)))
		return false;
	pv->outside = NULL;
	pv->planned = false;
	for (size_t i = 0; i < plan->machine->disk_count; i++) {
		const struct disk *disk = &plan->machine->disks[i];

		if (!lies_on(pv->path, disk) && !rests_on(pv->path, &holders[i]))
			continue;
		if (plan_has_disk(plan, disk))
			pv->planned = true;
		else
			pv->outside = disk;
	}
	return pv->path[0] == '/' && pv->vg_uuid[0] != '\0';
}

/* The PV of the same VG on a disk of the plan. */
static bool find_partner(struct pv *partner, const struct pv *outside, const char *report,
			 const struct plan *plan, const struct holders *holders)
{
	for (const char *row = report; row; row = lvm_next_row(row))
		if (read_row(partner, row, plan, holders) && partner->planned &&
		    !strcmp(partner->vg_uuid, outside->vg_uuid))
			return true;
	return false;
}

/* " (on /dev/sdb)" for a PV on an array or a mapped device; "" when its own name says it. */
static const char *where(const struct pv *pv, char text[FIELD_BYTES])
{
	text[0] = '\0';
	if (pv->outside && !lies_on(pv->path, pv->outside))
		snprintf(text, FIELD_BYTES, " (on %s)", pv->outside->path);
	return text;
}

void old_vgs_judge(const struct plan *plan, const struct holders *holders, const char *report,
		   struct err_list *errors)
{
	struct pv outside, partner;
	char text[FIELD_BYTES];

	for (const char *row = report; row; row = lvm_next_row(row)) {
		struct err err = ERR_INIT;

		if (!read_row(&outside, row, plan, holders) || outside.planned)
			continue;
		if (find_partner(&partner, &outside, report, plan, holders))
			err_set(&err, ERR_MACHINE_BUSY, partner.path,
				"is a PV of VG %s, which also lies on %s%s outside of the plan; add that disk to the job or remove it from the VG",
				outside.vg, outside.path, where(&outside, text));
		else if (!strcmp(outside.vg, plan->vg))
			err_set(&err, ERR_MACHINE_BUSY, outside.path,
				"carries another VG %s outside of the plan%s; rename or remove it, or choose another VG name in the job",
				outside.vg, where(&outside, text));
		if (err.code != ERR_NONE)
			err_list_add(errors, &err);
	}
}

/* What rests on each disk of the machine, in their order. */
static int find_holders(struct holders **holders, const struct plan *plan, struct arena *arena,
			struct err *err)
{
	const struct machine *machine = plan->machine;

	*holders = arena_array(arena, machine->disk_count, sizeof(**holders));
	for (size_t i = 0; i < machine->disk_count; i++)
		if (holders_find(&(*holders)[i], SYSFS, machine->disks[i].name, arena, err) < 0)
			return -1;
	return 0;
}

int old_vgs_check(const struct plan *plan, const struct child_watch *watch, struct arena *arena,
		  struct err_list *errors, struct err *err)
{
	static const char *const commands[] = {"pvs " LVM_REPORT " -o pv_name,vg_name,vg_uuid"};
	char *report = arena_alloc(arena, REPORT_BYTES);
	struct holders *holders;

	if (find_holders(&holders, plan, arena, err) < 0 ||
	    lvm_report(commands, 1, report, REPORT_BYTES, watch, err) < 0)
		return -1;
	old_vgs_judge(plan, holders, report, errors);
	return 0;
}
