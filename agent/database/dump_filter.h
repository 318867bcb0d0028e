/*
 * What of a dump reaches the server: the statements that are its database's (sql_rules.h). It also looks whether the dump is
 * whole, by the mark that its maker writes at its end.
 */
#ifndef NEWROOT_DATABASE_DUMP_FILTER_H
#define NEWROOT_DATABASE_DUMP_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "database/sql_rules.h"

/* How dumps of one maker begin and end: comments, which are compared as far as these go. */
struct dump_maker {
	const char *head, *end;
};

struct dump_dialect {
	const struct sql_dialect *dialect;
	const struct sql_rules *rules;
	const struct dump_maker *makers; /* ends with {NULL} */
};

extern const struct dump_dialect dump_mysql, dump_postgresql;

/* What became of it; in memory that the filter's process shares with others. */
struct dump_account {
	bool loaded;       /* set by the load */
	uint64_t tables;   /* that it makes, and views */
	uint64_t left_out; /* statements */
	uint64_t line;     /* of the first of them */
	char first[64];    /* how that begins */
};

struct dump_filter {
	const struct dump_dialect *of;
	const char *path, *database;
	bool system;      /* the server's own database */
	bool no_end_mark; /* its maker writes none */
	unsigned version; /* of the server, as in struct database_version */
	bool mariadb;
	struct sql_mode mode; /* of its sessions when they begin */
	bool no_nul;          /* bytes of zero are refused: its client cuts lines at them */
	struct dump_account *account;
};

/*
 * From `in` to `out`. Errors: ERR_DATABASE_LOAD, with the line: a statement is refused, or the dump is not whole. Then part of
 * it is written.
 */
int dump_filter_run(const struct dump_filter *filter, int in, int out, struct err *err);

/* For a child, as its function: stdin to stdout; `arg` is a struct dump_filter. */
int dump_filter_main(void *arg, struct err *err);

#endif
