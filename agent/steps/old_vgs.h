/* Old VGs that are not active, on disks of the machine or on what is assembled from them. */
#ifndef NEWROOT_STEPS_OLD_VGS_H
#define NEWROOT_STEPS_OLD_VGS_H

#include "base/child.h"
#include "plan/plan.h"
#include "steps/holders.h"

/*
 * Add ERR_MACHINE_BUSY for every VG that lies on devices inside and outside of the plan (wiping would break
 * what is outside), and for one outside that has the new VG's name (neither vgcreate nor the installed system could
 * tell them apart). Errors: ERR_LVM, ERR_IO.
 */
int old_vgs_check(const struct plan *plan, const struct child_watch *watch, struct arena *arena,
		  struct err_list *errors, struct err *err);

/* The same on LVM's report: rows of pv_name, vg_name, vg_uuid. `holders`: of each disk of the machine. */
void old_vgs_judge(const struct plan *plan, const struct holders *holders, const char *report,
		   struct err_list *errors);

#endif
