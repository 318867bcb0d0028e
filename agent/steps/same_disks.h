/* Names of disks are the kernel's, and may stand for others when time has passed: a hold, a disk plugged in. */
#ifndef NEWROOT_STEPS_SAME_DISKS_H
#define NEWROOT_STEPS_SAME_DISKS_H

#include "plan/plan.h"

/*
 * Does every path of the plan still stand for the disk that was planned with: size, sectors, serial, WWN? Reads
 * `sysfs` anew. Errors: ERR_MACHINE_DISK, ERR_IO.
 */
int same_disks(const struct plan *plan, const char *sysfs, struct err *err);

#endif
