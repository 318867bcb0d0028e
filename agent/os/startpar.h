/*
 * insserv's makefiles, which Debian's startpar(8) goes by: a script that has a start link and is no target is not
 * started.
 */
#ifndef NEWROOT_OS_STARTPAR_H
#define NEWROOT_OS_STARTPAR_H

#include "os/changes.h"

#define STARTPAR_BOOT  "/etc/init.d/.depend.boot"
#define STARTPAR_START "/etc/init.d/.depend.start"

/*
 * `name` joins the targets of `file`: before `next`, waiting for what that waits for; or with NULL behind all there
 * are. Nothing where the system has no such file, or the file has that target. Errors: ERR_CONFIGURE.
 */
int startpar_add(struct changes *changes, const char *file, const char *name, const char *next,
		 struct err *err);

#endif
