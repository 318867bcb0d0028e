/* Which disks LVM may look at while it works for a plan. */
#ifndef NEWROOT_STEPS_LVM_FILTER_H
#define NEWROOT_STEPS_LVM_FILTER_H

#include "plan/plan.h"

/*
 * Words for an LVM command that keep every other disk of the machine, and what is on it, out of LVM's sight; in
 * the plan's arena.
 */
const char *lvm_filter_ours(const struct plan *plan);

#endif
