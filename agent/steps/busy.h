/* May the disks of a plan be wiped: is nothing in use but what can be taken apart without harm to others? */
#ifndef NEWROOT_STEPS_BUSY_H
#define NEWROOT_STEPS_BUSY_H

#include "base/child.h"
#include "plan/plan.h"

/*
 * Add ERR_MACHINE_BUSY for every mount, swap area, unknown holder, and for everything that also lies on
 * a disk outside of the plan. Reads only.
 */
void busy_check(const struct plan *plan, const struct child_watch *watch, struct err_list *errors);

#endif
