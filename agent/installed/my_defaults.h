/* What the option files of MySQL and MariaDB say, by the system's own my_print_defaults. */
#ifndef NEWROOT_INSTALLED_MY_DEFAULTS_H
#define NEWROOT_INSTALLED_MY_DEFAULTS_H

#include <stdbool.h>

#include "base/arena.h"

/*
 * All that stands in the groups of options (["mysqld", "server", NULL]), in the order in which a program reads it; in the arena.
 * NULL: my_print_defaults is not here, or fails.
 */
char *my_defaults_ask(const char *const *groups, struct arena *arena);

/*
 * The next option of an answer, which is taken apart: of "--read_only=1" the name "read-only", for '_' is as good as '-', and its
 * value. What has no value is passed over. False: there is no other.
 */
bool my_defaults_next(char **answer, const char **name, const char **value);

#endif
