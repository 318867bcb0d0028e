/* One dump into its database. */
#ifndef NEWROOT_DATABASE_LOAD_H
#define NEWROOT_DATABASE_LOAD_H

#include "database/client.h"

struct database_load {
	struct database_client *client;
	const char *state_dir;
	const char *database;
	const char *dump; /* path of the file */
	bool keep, end_mark;
	struct dump_account *account;
};

/*
 * For a child, as its function; `arg` is a struct database_load. Tells progress in bytes of the dump's file. Does nothing for a dump that
 * is loaded. It is not marked as loaded yet: account->loaded tells. Errors: ERR_DATABASE_LOAD; its last words are on stderr.
 */
int database_load_main(void *arg, struct err *err);

/* Once its database is on the disk: mark it as loaded, and remove the dump. Errors: ERR_FIRST_BOOT, ERR_DATABASE_LOAD. */
int database_load_finish(const struct database_load *load, struct err *err);

#endif
