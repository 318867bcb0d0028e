/* The new filesystems' contents on their disks. */
#ifndef NEWROOT_STEPS_SYNC_H
#define NEWROOT_STEPS_SYNC_H

#include "plan/plan.h"

/* Write out everything under NEWROOT_MOUNT, a filesystem at a time. Errors: ERR_FINISH. */
int sync_filesystems(const struct plan *plan, struct err *err);

#endif
