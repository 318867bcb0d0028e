/*
 * Dumps of SQL as a stream of tokens, as the client that sends them and the server that executes them divide it: the dump
 * is never whole in memory, and may be larger than it. What was read is held back until the reader has decided about its
 * statement, then written or left out; newlines stay, so that a server's "at line 12" is the dump's.
 *
 * Where the client and the server divide a text differently, or programs of different years do, the dump is refused.
 *
 * Sources: MySQL's and MariaDB's client/mysql.cc (read_and_execute, find_command, add_line) and sql/sql_lex.cc; PostgreSQL's
 * src/fe_utils/psqlscan.l, src/bin/psql/mainloop.c and src/backend/parser/scan.l.
 */
#ifndef NEWROOT_DATABASE_SQL_LEXER_H
#define NEWROOT_DATABASE_SQL_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SQL_HOLD_MAX      (1024 * 1024) /* of a statement that is not decided on */
#define SQL_TEXT_MAX      512           /* a sql_mode of all modes is some 400 bytes */
#define SQL_DELIMITER_MAX 15            /* mysql.cc, DEFAULT_DELIMITER's buffer */
#define SQL_NESTED_MAX    8             /* of executable comments; one is usual */
#define SQL_WORD_MAX                                                                               \
	128 /* of one that is judged by what it begins with; names have 63 bytes, or 64 characters */

enum sql_token_kind {
	SQL_NONE,
	SQL_WORD,    /* a word or number */
	SQL_NAME,    /* in the quotes of names; `text` is what is within */
	SQL_STRING,  /* likewise; `quote` tells which */
	SQL_SIGN,    /* any other character: `sign` */
	SQL_COMMENT, /* between statements alone; `text` begins as it does */
	SQL_COMMAND, /* one of the client's own, between statements: DELIMITER ;; or \connect shop; `text` is the line */
	SQL_END, /* of a statement; `last`: for the client, too */
	SQL_EOF, /* the end, or a failure, which is in the lexer's `err` */
};

struct sql_token {
	enum sql_token_kind kind;
	char sign, quote;
	bool last;
	char text[SQL_TEXT_MAX]; /* cut when it is longer */
};

/* What servers differ in. */
struct sql_dialect {
	const char *names, *strings;                         /* quotes */
	bool hash_comments, executable_comments, delimiters; /* MySQL */
	bool nested_comments, dollar_quotes, parentheses;    /* PostgreSQL */
};

extern const struct sql_dialect sql_mysql, sql_postgresql;

enum sql_flow { SQL_HOLD, SQL_WRITE, SQL_DROP };

struct sql_lexer {
	const struct sql_dialect *dialect;
	int in, out;
	unsigned version; /* of the server: executable comments of newer ones are comments. 80022 */
	bool mariadb;
	bool backslash; /* escapes in strings */
	bool ansi; /* text in double quotes may be a name: whether a backslash escapes in it, clients and servers do not agree */
	bool no_nul;  /* the client cuts lines at bytes of zero */
	bool rewrite; /* executable comments become blanks, or what is in them */
	struct err *err;
	/* Private: */
	bool failed, ended;
	char *data; /* [start, decided) is to be written, [decided, pos) is held */
	size_t start, decided, pos, end;
	enum sql_flow flow;
	char delimiter[SQL_DELIMITER_MAX + 1];
	unsigned open,
		blanked; /* executable comments: how many, and a bit for each that became blanks */
	unsigned parentheses;
	bool fresh;      /* nothing of a statement was read */
	bool line_began; /* with nothing but blanks */
	bool indented;   /* with one at least */
	bool clean; /* the client, too, has kept nothing: it takes the next line for its own, if it is one */
	bool assigned;             /* ":=" was read outside of quotes */
	unsigned matched;          /* letters of DELIMITER from the beginning of a line on */
	uint64_t delimiters_named; /* lines that begin with it */
	uint64_t delimiters_taken; /* of them, as commands */
	uint64_t line;             /* of `decided` */
	unsigned char special[256];
};

/* The members above are set. Errors: ERR_MEMORY. */
int sql_lexer_open(struct sql_lexer *lexer);
void sql_lexer_close(struct sql_lexer *lexer);

/* Errors, as SQL_EOF and in lexer->err: ERR_DATABASE_LOAD; ERR_IO with EPIPE when nobody reads. */
void sql_lexer_next(struct sql_lexer *lexer, struct sql_token *token);
/* The rest of a statement: its SQL_END or SQL_EOF. Hundreds of MB/s, for rows. */
void sql_lexer_skip(struct sql_lexer *lexer, struct sql_token *token);
/* Rows behind COPY … FROM stdin; up to their end. False: the end did not come. */
bool sql_lexer_copy(struct sql_lexer *lexer);

/* What happens to all that was read since the last decision, and to what is read from now on. */
void sql_lexer_flow(struct sql_lexer *lexer, enum sql_flow flow);
/* At the end of all: writes what is decided. Errors: as above. */
int sql_lexer_finish(struct sql_lexer *lexer);

/* The line of what is held, from 1. */
uint64_t sql_lexer_line(const struct sql_lexer *lexer);
/* Is the rest of this line blank? A client that decided how to read it before this statement goes on so. */
bool sql_lexer_line_ends(struct sql_lexer *lexer);

#endif
