/* Old VGs that are not active, where a plan leaves some disks of the machine alone. */
#ifndef NEWROOT_STEPS_OLD_VGS_H
#define NEWROOT_STEPS_OLD_VGS_H

#include "base/child.h"
#include "plan/plan.h"

/*
 * Add ERR_MACHINE_BUSY for every VG that lies on disks inside and outside of the plan (wiping would break
 * what is outside), and for one outside that has the new VG's name (the installed system could not
 * tell them apart). Asks LVM only when there are disks outside. Errors: ERR_LVM.
 */
int old_vgs_check(const struct plan *plan, const struct child_watch *watch, struct err_list *errors,
		  struct err *err);

/* The same on LVM's report: rows of pv_name, vg_name, vg_uuid. */
void old_vgs_judge(const struct plan *plan, const char *report, struct err_list *errors);

#endif
