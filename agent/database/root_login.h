/* User and password of root's own option file, and nothing else of it: where to go and how to print, it says to people's clients. */
#ifndef NEWROOT_DATABASE_ROOT_LOGIN_H
#define NEWROOT_DATABASE_ROOT_LOGIN_H

#include "base/arena.h"

/* Those lines of the file `path`, for another option file, in the arena; "" when there are none. */
const char *root_login(const char *path, struct arena *arena);

#endif
