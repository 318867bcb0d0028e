/* This VM's server as a replica of another one, in the words of its version. */
#ifndef NEWROOT_DATABASE_REPLICA_H
#define NEWROOT_DATABASE_REPLICA_H

#include <stdbool.h>
#include <stdint.h>

#include "database/client.h"
#include "database/master.h"
#include "database/statements.h"

struct replica_login {
	const char *user, *password;
	bool patient; /* the master may be away for days; asked again every few seconds */
};

struct replica {
	struct database_client *client;
	const char *name; /* of the master, for people */
	const char *host; /* where this server finds it */
	int port;
	uint32_t limit_s;          /* it has caught up within; 0: whenever */
	bool (*each_second)(void); /* called while it is waited for; NULL: nobody */
	struct replica_login
		login; /* as it is now, which replica_renew() may give; user NULL: it doesn't */
	/* Set by replica_open(): */
	const struct statements *statements;
	char status[DATABASE_ANSWER_MAX]; /* as asked for last */
};

/* Ask for version and status; the members above `statements` are set. Errors: those of database_ask(). */
int replica_open(struct replica *replica, struct err *err);
int replica_ask(struct replica *replica, struct err *err);

/* 1: it follows our master already; 0: nobody; -1: another one (ERR_DATABASE_REPLICATE). */
int replica_follows(const struct replica *replica, struct err *err);

/* Let it follow from there on; both servers need numbers of their own. */
int replica_change(struct replica *replica, const struct replica_login *login,
		   const struct master_position *from, struct err *err);

int replica_order(struct replica *replica, enum replica_order order, struct err *err);

struct replica_state {
	bool receiving, executing;
	bool connecting;                 /* to its master: it tries again by itself */
	char lag[32];                    /* in seconds, as text; "NULL" when it is not known */
	struct master_position received; /* of the master's log */
	struct master_position executed;
	char receive_error[512], execute_error[512]; /* why it has stopped; "": it has not */
	char connect_error[512];                     /* why the last try failed; "": not known */
};
/* Of the status as asked for last. */
void replica_read(const struct replica *replica, struct replica_state *state);

/*
 * Of the status as asked for last: a master that refuses the login that this server has gets `login`, as it was mended since.
 * The place stays; whatever came and is not executed yet is first. 1: given; 0: no need. Errors: those of database_ask().
 */
int replica_renew(struct replica *replica, struct err *err);

/* Wait until nothing is left to be caught up. Errors: ERR_DATABASE_REPLICATE. */
int replica_catch_up(struct replica *replica, struct err *err);

#endif
