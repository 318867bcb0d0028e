#include "plan/plan.h"

#include <string.h>

#include "plan/parts.h"

/* The images in this initrd start from a BIOS; a UEFI would not find them. */
static void check_firmware(const struct machine *machine, struct err_list *errors)
{
	struct err err = ERR_INIT;

	if (machine->firmware == FIRMWARE_BIOS)
		return;
	err_set(&err, ERR_MACHINE_FIRMWARE, NULL,
		"this machine was started by UEFI, and newroot installs GRUB for a BIOS only");
	err_list_add(errors, &err);
}

int plan_make(struct plan *plan, const struct job *job, const struct machine *machine,
	      struct arena *arena, struct err_list *errors)
{
	size_t before = errors->count + errors->dropped;

	*plan = (struct plan){.job = job, .machine = machine, .arena = arena, .vg = job->vg};
	plan->profile = job_profile(job);
	check_firmware(machine, errors);
	if (plan_select(plan, errors) == 0 && plan_lay_out(plan, errors) == 0 &&
	    plan_size_volumes(plan, errors) == 0)
		plan_list_filesystems(plan, errors);
	plan_order_archives(plan);
	return errors->count + errors->dropped > before ? -1 : 0;
}

void plan_check_disks(const struct plan *plan, struct err_list *errors)
{
	plan_check_bios(plan, errors);
	plan_check_paths(plan, errors);
}
