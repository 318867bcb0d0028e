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

/*
 * 0: the kernel has it. Else it is loaded, and -1 all the same with ERR_QUARANTINE: what was open until now, somebody has to
 * know; the next check passes.
 */
int quarantine_check(const char *folder, const struct child_watch *watch, struct err *err);

#endif
