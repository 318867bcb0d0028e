/*
 * What a dump has said to its server, and its client, about how quotes are to be read: sql_mode and the character set of MySQL,
 * standard_conforming_strings of PostgreSQL. Dumps keep the first two in variables, and put them back from there; a value that
 * is not known, for it comes from elsewhere, is none.
 */
#ifndef NEWROOT_DATABASE_SQL_SESSION_H
#define NEWROOT_DATABASE_SQL_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "database/sql_tables.h"

#define SQL_VARIABLE_MAX 65 /* 64 characters are MySQL's most */
#define SQL_SAVED_MAX    32 /* variables that hold a sql_mode or a character set; mysqldump has four */
#define SQL_CHANGES_MAX  16 /* of one SET; mysqldump has two */

struct sql_mode {
	bool backslash; /* escapes in strings */
	bool ansi;      /* text in double quotes may be a name */
};

/* A value, as far as it is one of these. */
struct sql_value {
	bool is_mode,
		is_charset; /* the latter: one in which no byte of a character is a quote or backslash */
	struct sql_mode mode;
};

enum sql_target { SQL_TARGET_OTHER, SQL_TARGET_VARIABLE, SQL_TARGET_MODE, SQL_TARGET_CHARSET };

struct sql_change {
	enum sql_target target;
	char name
		[SQL_VARIABLE_MAX]; /* SQL_TARGET_VARIABLE: in small letters; "": any may be meant */
	struct sql_value value;
};

struct sql_session {
	struct sql_mode mode, initial;
	bool changed; /* the mode, at any time: what ROLLBACK brings back is not known */
	struct sql_change saved[SQL_SAVED_MAX];
	size_t saved_count;
	struct sql_tables taken; /* variables that stored programs name, and may set at any time */
};

/* Of the value of sql_mode, which is a list, without its quotes. False: it is none that is known. */
bool sql_mode_read(const char *text, struct sql_mode *mode);
/* May text in it be told from statements, byte for byte? */
bool sql_charset_is_plain(const char *name);
/* The same for PostgreSQL's client_encoding. */
bool sql_encoding_is_plain(const char *name);

/* The name of a variable in small letters, with SQL_VARIABLE_MAX bytes; "" when another spelling may be the same. */
void sql_variable_name(char *to, const char *name);
/* What a variable holds; of one that is not known, nothing. */
struct sql_value sql_session_get(const struct sql_session *session, const char *name);
/* Changes the mode, or a variable. */
void sql_session_change(struct sql_session *session, const struct sql_change *change);
/* Any variable may have been set. */
void sql_session_forget(struct sql_session *session);
/* A stored program names this one. */
void sql_session_take(struct sql_session *session, const char *name);
void sql_session_free(struct sql_session *session);

#endif
