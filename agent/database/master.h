/*
 * Where replicas begin to follow a master: the place in its binary log before anything was loaded, kept in
 * the one row of the table newroot.replicas_begin, which the replication user may read.
 */
#ifndef NEWROOT_DATABASE_MASTER_H
#define NEWROOT_DATABASE_MASTER_H

#include <stdbool.h>
#include <string.h>

#include "database/client.h"

#define MASTER_FILE_MAX 256
/* For sscanf(): a binary log's name as a job has it. What another server or a dump says goes into SQL between quotes. */
#define MASTER_FILE_FORM "%255[A-Za-z0-9_.-]"
struct master_position {
	char file[MASTER_FILE_MAX];
	unsigned long long position;
	unsigned long server_id;
};

/* The same place in a log, whoever's. */
static inline bool master_position_is(const struct master_position *a,
				      const struct master_position *b)
{
	return !strcmp(a->file, b->file) && a->position == b->position;
}

/* Where its binary log ends now; server_id is left out. Errors: ERR_DATABASE_REPLICATE, it writes none. */
int database_master_position(struct database_client *client, struct master_position *position,
			     struct err *err);

/* On the master, before the first load: keep the position, unless one is kept. Errors: ERR_DATABASE_REPLICATE. */
int database_master_mark(struct database_client *client, struct err *err);

/* On the master, after the loads, which may have brought users: make the replication user. */
int database_master_user(struct database_client *client, struct err *err);

/* On a replica, with a client of database_client_open_master(): what is kept there. */
int database_master_ask(struct database_client *client, struct master_position *position,
			struct err *err);

#endif
