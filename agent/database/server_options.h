/* What the configuration of this VM's server of MySQL or MariaDB says, by its own my_print_defaults. */
#ifndef NEWROOT_DATABASE_SERVER_OPTIONS_H
#define NEWROOT_DATABASE_SERVER_OPTIONS_H

#include "base/arena.h"

/* The last word about `name` ("read-only"), in the arena; NULL: there is none. -1: that program is not here. */
int server_option(const char *name, const char **value, struct arena *arena);

#endif
