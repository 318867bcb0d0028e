/* What a server of MySQL or MariaDB is told about replication, in the words of its version. */
#ifndef NEWROOT_DATABASE_STATEMENTS_H
#define NEWROOT_DATABASE_STATEMENTS_H

#include "database/server.h"

enum replica_order {
	REPLICA_START,
	REPLICA_STOP,
	REPLICA_STOP_RECEIVING, /* what is here already is still executed */
	REPLICA_FORGET,         /* for good; stopped before */
	REPLICA_ORDERS,
};

/* Names of the status's columns. */
struct replica_columns {
	const char *host, *port, *io, *sql, *lag;
	const char *received_file, *received_at, *executed_file, *executed_at;
};

struct statements {
	bool mariadb;
	unsigned since;     /* the first version that is spoken to so; 5.5.16 is 50516 */
	const char *manual; /* where its words stand, and what is other than in the row before */
	const struct replica_columns *columns;
	const char *status, *orders[REPLICA_ORDERS];
	/* Formats of printf(). */
	const char *change;  /* host, port, user, password, file, position, more, patient */
	const char *more;    /* of `change`, always */
	const char *patient; /* of `change`, for a master that may be away for days */
	const char *renew;   /* user, password */
	const char *user;    /* 1: 'name'@'host', 2: password; whether it is there already or not */
	const char *position; /* of the binary log: file and place are the first columns */
};

/* Of the version's own row, or the last one before it; never NULL. */
const struct statements *statements_of(const struct database_version *version);

/* All rows, in order, for tests; ends with one whose `manual` is NULL. */
extern const struct statements statements_table[];

#endif
