/*
 * The quarantine as the running system has it: a boot goes on when its rules could not be loaded, and nobody would know.
 */
#ifndef NEWROOT_TARGET_QUARANTINE_CHECK_H
#define NEWROOT_TARGET_QUARANTINE_CHECK_H

#include <stdbool.h>

#include "base/child.h"

#define QUARANTINE_STEP "quarantine" /* as events name the check */

/* `folder`: QUARANTINE_FOLDER. False: this system has none, or is cut over. */
bool quarantine_wanted(const char *folder);

#define QUARANTINE_NOT_SEEN 1

/*
 * 0: the kernel has it. QUARANTINE_NOT_SEEN: nobody looked, for a cutover or its undo is just at it, or was. Else it is loaded, and -1 all the same: what was
 * open until now, somebody has to know; the next check passes. ERR_QUARANTINE: the boot did not load it. ERR_QUARANTINE_REMOVED: it `was_loaded` at an earlier check.
 */
int quarantine_check(const char *folder, bool was_loaded, const struct child_watch *watch,
		     struct err *err);

#endif
