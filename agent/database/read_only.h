/*
 * A server that only its replication writes to, until cutover, over restarts: a file in its configuration's folder, or, where it reads
 * none, a block of lines in its my.cnf. Users
 * with all rights can still write, so people are told.
 */
#ifndef NEWROOT_DATABASE_READ_ONLY_H
#define NEWROOT_DATABASE_READ_ONLY_H

#include "database/client.h"

/* `root` stands before the folders; "" but in tests. Errors: ERR_DATABASE_SOURCE, the server would not read such a file. */
int read_only_hold(struct database_client *client, const char *root, struct err *err);
/* The path of that file, or of the one with that block, in the arena; NULL: there is none. */
const char *read_only_file(const char *root, struct arena *arena);
/* May be repeated. */
int read_only_lift(struct database_client *client, const char *root, struct err *err);

#endif
