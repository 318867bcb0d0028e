/* Whoever lifts the quarantine, or loads it again, is not disturbed by who sees to it that it is loaded. */
#ifndef NEWROOT_INSTALLED_QUARANTINE_LOCK_H
#define NEWROOT_INSTALLED_QUARANTINE_LOCK_H

#include <stdbool.h>

/*
 * A descriptor that holds the lock, on the folder itself: it stays when that is renamed, and ends with the descriptor.
 * -1 with errno: ENOENT when there is no folder, EWOULDBLOCK when another process has it and `wait` is false.
 */
int quarantine_lock(const char *folder, bool wait);

#endif
