/*
 * Lines of newroot's own in a configuration file of the system's, between two marks: for servers whose configuration has no folder for such files. The file
 * is replaced as a whole or not at all, and keeps its mode, owner and extended attributes (an SELinux label); a symlink stays, and what it leads to is edited.
 */
#ifndef NEWROOT_DATABASE_CONFIG_BLOCK_H
#define NEWROOT_DATABASE_CONFIG_BLOCK_H

#include <stdbool.h>

#include "base/err.h"

bool config_block_is_in(const char *path);

/* Put `lines`, whole ones, at its end, in the place of a block that is there. Errors: ERR_DATABASE_SOURCE. */
int config_block_put(const char *path, const char *lines, struct err *err);

/*
 * Take the block out; whatever else was changed meanwhile stays. Without its second mark `lines` go with the first one, where they are as they were put.
 * No block or no file is no error. Errors: ERR_DATABASE_SOURCE.
 */
int config_block_take(const char *path, const char *lines, struct err *err);

#endif
