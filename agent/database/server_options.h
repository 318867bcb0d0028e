/* What the configuration of this VM's server of MySQL or MariaDB says, by the system's own my_print_defaults. */
#ifndef NEWROOT_DATABASE_SERVER_OPTIONS_H
#define NEWROOT_DATABASE_SERVER_OPTIONS_H

#include "base/arena.h"

/*
 * `value` becomes the last one that is given to `name` ("read-only"), in the arena; NULL when it is given none, as a mere
 * "read_only" is not. -1: nobody could be asked, for my_print_defaults is not here, or fails; `value` is NULL.
 */
int server_option(const char *name, const char **value, struct arena *arena);

#endif
