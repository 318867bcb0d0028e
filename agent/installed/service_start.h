/* Starting a service of the installed system, by that system's own means. */
#ifndef NEWROOT_INSTALLED_SERVICE_START_H
#define NEWROOT_INSTALLED_SERVICE_START_H

#include "base/arena.h"
#include "base/child.h"
#include "base/err.h"

/*
 * The command that starts the first of `names` (ends with NULL) that the system has, and which that is. `root` is ""
 * but in tests. NULL: it has none of them.
 */
const char *const *service_start_command(const char *root, const char *const *names,
					 const char **which, struct arena *arena);

/* The command that prints what the system knows of service `name`, its last words with it; NULL: this system has none. */
const char *const *service_status_command(const char *root, const char *name, struct arena *arena);

#endif
