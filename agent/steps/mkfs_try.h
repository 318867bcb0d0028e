/* The maker of a filesystem is asked, before anything is written, whether it takes the job's own words. */
#ifndef NEWROOT_STEPS_MKFS_TRY_H
#define NEWROOT_STEPS_MKFS_TRY_H

#include "base/child.h"
#include "plan/plan.h"

/*
 * Let the maker work out `fs` on a file in memory of the same size, and write nothing there. Errors: ERR_JOB_VALUE with the
 * maker's own words at `where`, the JSON path of the options; ERR_IO.
 */
int mkfs_try(const struct plan_fs *fs, enum fs_profile profile, const char *where,
	     const struct child_watch *watch, struct err *err);

#endif
