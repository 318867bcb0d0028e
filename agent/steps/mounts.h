/* What is mounted below a folder, by /proc/self/mountinfo, and what is swapped to. */
#ifndef NEWROOT_STEPS_MOUNTS_H
#define NEWROOT_STEPS_MOUNTS_H

#include <stdbool.h>

#include "base/err.h"

/* Whether something is mounted exactly at `path` (without links, without a trailing slash). */
bool mounts_have(const char *path);

/*
 * Unmount everything at and below `path`, latest first. A busy one is tried for five seconds, never
 * detached lazily: whoever still writes there must be known. All are tried; `err` is that of the first that fails:
 * ERR_MOUNT.
 */
int mounts_undo(const char *path, struct err *err);

/*
 * Switch off every swap area: in the in-memory system all of them are on the disks it works on. Errors:
 * ERR_MOUNT.
 */
int mounts_swapoff(struct err *err);

#endif
