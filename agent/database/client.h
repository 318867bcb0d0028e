/*
 * Speaking with a database server through its own client program, mysql or psql. No secret stands on its command
 * line or in its environment: passwords go by an option file (mode 0600), statements by stdin, and what the
 * client says is shown without them.
 */
#ifndef NEWROOT_DATABASE_CLIENT_H
#define NEWROOT_DATABASE_CLIENT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/child.h"
#include "base/err.h"
#include "base/limits.h"
#include "database/dump_filter.h"
#include "database/option_file.h"
#include "job/job.h"

/* Why a question failed. */
enum database_fault {
	FAULT_STATEMENT, /* the server answered, with an error */
	FAULT_AWAY,      /* nobody there, or not yet */
	FAULT_REFUSED,   /* user or password */
};

struct database_client;

#define DATABASE_WORDS_MAX 24 /* of a command line, with the NULL */

/* What the kinds of servers differ in. */
struct database_kind {
	const char *what;            /* "MySQL or MariaDB" */
	const char *const *services; /* usual names, the likely one first; ends with NULL */
	const char *const *programs; /* the client, likewise */
	const char *account;         /* the system's user that it runs as; NULL: root */
	const char *system;          /* a database that is always there, loaded into as it is */
	const char *const *refused;  /* parts of what a client says: FAULT_REFUSED */
	const char *const *away;     /* … FAULT_AWAY */
	/* A question, to whose answer `prove` says whether it is this VM's server that gives it. */
	const char *whose;
	int (*prove)(const struct database_client *client, const char *answer, struct err *err);
	const char *ping; /* a statement that anybody may make */
	/* printf() formats of SQL, for a database's name. The first two answer a number; `tables` is asked in it. */
	const char *exists, *tables, *create, *drop;
	/* Words of the command line; `database` NULL: none. */
	void (*ask)(const struct database_client *client, const char *database, const char **argv);
	/* The same for a dump of SQL. */
	void (*load)(const struct database_client *client, const char *database, const char **argv);
	const struct dump_dialect *dump;
	const char
		*archive; /* how a dump begins that has a format of its own; NULL: there is none */
	/* The program that makes SQL of it, to stdout. */
	void (*unpack)(const struct database_client *client, unsigned version, const char **argv);
	const char *version; /* a question after the server's, for `unpack` */
	const char *
		settle; /* statements after which all that was loaded is in files, though maybe not yet on the disk */
};

extern const struct database_kind database_mysql, database_postgresql;

struct database_client {
	const struct job_databases *databases;
	const struct database_kind *engine;
	const struct child_watch *watch;
	const char *program;
	struct option_file options;
	const char *elsewhere; /* the server is this other machine's; NULL: it is this VM's */
	const char *socket; /* where this VM's server is; NULL: where the client looks by itself */
	bool proven;        /* it is this VM's server that answers */
	bool named;         /* an answer begins with the names of its columns (mysql) */
	enum database_fault fault; /* of the last question that failed */
	struct arena *arena;
};

/* This VM's server. Errors: ERR_DATABASE_SERVER (no client program), ERR_FIRST_BOOT. */
int database_client_open(struct database_client *client, const struct job_databases *databases,
			 const char *state_dir, const struct child_watch *watch,
			 struct arena *arena, struct err *err);
/* The master's, as the replication user. */
int database_client_open_master(struct database_client *client,
				const struct job_databases *databases, const char *state_dir,
				const struct child_watch *watch, struct arena *arena,
				struct err *err);
/* The old master's (databases->source), by the tunnel that ends at `port` here. */
int database_client_open_source(struct database_client *client,
				const struct job_databases *databases, int port,
				const char *state_dir, const struct child_watch *watch,
				struct arena *arena, struct err *err);
/* Removes the option file. */
void database_client_close(struct database_client *client);
/* Removes the option files of all, also those that killed processes have left. */
void database_client_forget(const char *state_dir);

/*
 * Make statements; `out` (NULL, or DATABASE_ANSWER_MAX bytes) gets the rows, columns divided by tabs.
 * Errors: ERR_DATABASE_SERVER, ERR_DATABASE_LOGIN, with client->fault.
 */
int database_ask(struct database_client *client, const char *database, const char *sql, char *out,
		 struct err *err);
/* The same for an answer of another length: `out` holds `size` bytes, beyond which it is cut. */
int database_ask_long(struct database_client *client, const char *sql, char *out, size_t size,
		      struct err *err);

/* In a child whose stdin is a dump: become the program that loads it, or unpacks it. Returns -1 only. */
int database_exec_load(const struct database_client *client, const char *database, struct err *err);
int database_exec_unpack(const struct database_client *client, unsigned version, struct err *err);

/* All that this VM's server was told is on the disk. Errors: those of database_ask(). */
int database_settle(struct database_client *client, struct err *err);

/* The machine that the master is, as its clients call it. */
const char *database_master_host(const struct job_databases *databases);

#endif
