/* How each filesystem is made so that the job's kernel, and its old tools, can use it. */
#ifndef NEWROOT_STEPS_MKFS_H
#define NEWROOT_STEPS_MKFS_H

#include "base/arena.h"
#include "plan/plan.h"

/*
 * The command line that makes `fs` for `profile`, NULL-terminated, in `arena`, with words of `fs` itself; the job's own words
 * come last (mke2fs lets the last one win, mkfs.xfs refuses an option given twice). NULL for swap, which is written by swap_header_fill().
 */
const char *const *mkfs_argv(const struct plan_fs *fs, enum fs_profile profile,
			     struct arena *arena);

#endif
