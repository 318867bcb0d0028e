/*
 * Which statements of a dump are for a new server: those that make and fill a database's own objects, by a list of what is
 * known. What a dump's maker writes for another server, of replication and of the server as a whole, is left out. Anything
 * else ends the load: it may reach other databases, users, files or masters.
 */
#ifndef NEWROOT_DATABASE_SQL_RULES_H
#define NEWROOT_DATABASE_SQL_RULES_H

#include "database/sql_lexer.h"
#include "database/sql_session.h"
#include "database/sql_tables.h"

#define SQL_PIECES_MAX 8 /* tokens of a value; IFNULL(@OLD_SQL_MODE, '') has seven */

enum sql_verdict {
	SQL_MORE, /* another token is needed */
	SQL_PASS,
	SQL_LEAVE_OUT,
	SQL_REFUSE, /* statement->why */
};

struct sql_statement;
typedef enum sql_verdict sql_reader(struct sql_statement *, const struct sql_token *);

/* A token of a value that SET gives. */
struct sql_piece {
	enum sql_token_kind kind;
	char sign, text[SQL_VARIABLE_MAX]; /* cut when it is longer */
	struct sql_value value;            /* of a sql_mode, when it is a string or word */
};

struct sql_statement {
	/* Set by the filter: */
	const char *database;
	bool system; /* that one is where users are */
	struct sql_tables *tables;
	struct sql_session *session;
	/* What is found out: */
	const char *why;
	bool content;   /* it makes or fills something */
	bool copy;      /* rows follow it (PostgreSQL) */
	bool keep;      /* the text of a stored program: executable comments stay in it */
	bool sets;      /* it is a SET, whose changes are these: */
	size_t changes; /* `change`, below */
	bool forgets;   /* it sets variables by other means */
	unsigned depth; /* of BEGIN … END: a semicolon does not end it */
	/* The readers' own: */
	sql_reader *read, *behind_name;
	char last[32]; /* the word before */
	char last_sign;
	unsigned state, level;
	bool temporary, list, drops, makes, skip;
	size_t pieces;
	char name[SQL_TEXT_MAX], schema[SQL_TEXT_MAX];
	struct sql_change change[SQL_CHANGES_MAX];
	struct sql_piece piece[SQL_PIECES_MAX];
};

/* Nothing is known of it. */
void sql_statement_begin(struct sql_statement *statement, const char *database, bool system,
			 struct sql_tables *tables, struct sql_session *session);

struct sql_rules {
	sql_reader *begin;   /* of a statement's first token */
	sql_reader *command; /* of one of the client's own */
};

extern const struct sql_rules sql_rules_mysql, sql_rules_postgresql;

/* What the rules have in common. */
struct sql_word {
	const char *word;
	enum sql_verdict verdict;
	sql_reader *read; /* with SQL_MORE: who reads on */
	const char *why;
	sql_reader *behind_name;
};

enum sql_verdict sql_refuse(struct sql_statement *statement, const char *why);
/* By the row of the word; refused when there is none. */
enum sql_verdict sql_look_up(struct sql_statement *statement, const struct sql_token *token,
			     const struct sql_word *words, size_t count);
bool sql_is(const struct sql_token *token, const char *word);
bool sql_is_one_of(const struct sql_token *token, const char *const *words);
bool sql_is_sign(const struct sql_token *token, char sign);
/* A word, a name in quotes, or one in those of strings, which ANSI_QUOTES makes names. */
bool sql_is_name(const struct sql_token *token);
/* Both have room for SQL_TEXT_MAX bytes. */
void sql_keep(char *to, const char *text);
/* The word becomes the one before; "" for what is none. */
void sql_note(struct sql_statement *statement, const struct sql_token *token);
/* A change that the statement makes when it is let through; NULL: there are too many. */
struct sql_change *sql_add_change(struct sql_statement *statement, enum sql_target target);
/* A token of a value; what is too long for a value that is known counts, and is not kept. */
void sql_add_piece(struct sql_statement *statement, const struct sql_token *token);
/* The end of this statement, for the server. */
bool sql_is_end(const struct sql_statement *statement, const struct sql_token *token);

extern const char sql_unknown[], sql_users[], sql_files[], sql_elsewhere[], sql_server[];

#endif
