/* MySQL: what CREATE, DROP, ALTER, RENAME and LOCK may make and change. */
#include <string.h>
#include <strings.h>

#include "database/sql_mysql.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static enum sql_verdict behind_any(struct sql_statement *s, const struct sql_token *t)
{
	(void)s;
	(void)t;
	return SQL_PASS;
}

/* ALTER TABLE a RENAME TO b; EXCHANGE PARTITION p WITH TABLE b */
static enum sql_verdict behind_altered(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const parts[] = {"COLUMN", "INDEX", "KEY", "CONSTRAINT", NULL};
	const bool renames = !strcasecmp(s->last, "RENAME") && !sql_is_one_of(t, parts);

	if (sql_is_end(s, t))
		return SQL_PASS;
	sql_note(s, t);
	if (renames || (sql_is(t, "TABLE") && s->list)) {
		s->list = false;
		s->read = sql_mysql_name;
		/* "RENAME b" has begun with the name itself. */
		return renames && !sql_is(t, "TO") && !sql_is(t, "AS") && !sql_is_sign(t, '=')
			       ? sql_mysql_name(s, t)
			       : SQL_MORE;
	}
	s->list |= sql_is(t, "EXCHANGE");
	return SQL_MORE;
}

/* CREATE INDEX i ON t */
static enum sql_verdict read_on(struct sql_statement *s, const struct sql_token *t)
{
	if (sql_is_end(s, t))
		return sql_refuse(s, sql_unknown);
	if (sql_is(t, "ON"))
		s->read = sql_mysql_name;
	return SQL_MORE;
}

/* --- databases */

static enum sql_verdict read_own(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const before[] = {"IF", "NOT", "EXISTS", NULL};

	if (sql_is_one_of(t, before))
		return SQL_MORE;
	if (!sql_is_name(t) || strcmp(t->text, s->database) != 0 || (s->system && s->drops))
		return sql_mysql_elsewhere(s);
	return SQL_PASS;
}

/* The name may be left out: then it is this one. */
static enum sql_verdict read_altered_database(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const options[] = {"CHARACTER", "CHARSET", "COLLATE",
					      "DEFAULT",   "COMMENT", NULL};

	return sql_is_one_of(t, options) ? SQL_PASS : read_own(s, t);
}

static enum sql_verdict behind_created(struct sql_statement *s, const struct sql_token *t)
{
	(void)t;
	s->content = true;
	return SQL_PASS;
}

/* --- CREATE, DROP, ALTER, … of what */

static enum sql_verdict begin_made(struct sql_statement *s, const struct sql_token *t)
{
	s->makes = true;
	s->read = sql_mysql_name;
	return sql_mysql_name(s, t);
}

static enum sql_verdict begin_dropped(struct sql_statement *s, const struct sql_token *t)
{
	s->drops = true;
	s->read = sql_mysql_name;
	return sql_mysql_name(s, t);
}

static enum sql_verdict begin_dropped_database(struct sql_statement *s, const struct sql_token *t)
{
	s->drops = true;
	s->read = read_own;
	return read_own(s, t);
}

static const struct sql_word created[] = {
	{"TABLE", .read = begin_made, .behind_name = behind_created},
	{"VIEW", .read = begin_made, .behind_name = behind_created},
	{"SEQUENCE", .read = begin_made, .behind_name = behind_created},
	{"INDEX", .read = read_on, .behind_name = behind_any},
	{"TRIGGER", .read = sql_mysql_name, .behind_name = sql_mysql_program},
	{"PROCEDURE", .read = sql_mysql_name, .behind_name = sql_mysql_program},
	{"FUNCTION", .read = sql_mysql_name, .behind_name = sql_mysql_function},
	{"EVENT", .read = sql_mysql_name, .behind_name = sql_mysql_program},
	{"PACKAGE", .read = sql_mysql_name, .behind_name = sql_mysql_program},
	{"DATABASE", .read = read_own},
	{"SCHEMA", .read = read_own},
	{"USER", .read = sql_mysql_users},
	{"ROLE", .read = sql_mysql_users},
};

static const struct sql_word dropped[] = {
	{"TABLE", .read = begin_dropped, .behind_name = sql_mysql_listed},
	{"VIEW", .read = begin_dropped, .behind_name = sql_mysql_listed},
	{"SEQUENCE", .read = begin_dropped, .behind_name = sql_mysql_listed},
	{"INDEX", .read = read_on, .behind_name = behind_any},
	{"TRIGGER", .read = sql_mysql_name, .behind_name = sql_mysql_listed},
	{"PROCEDURE", .read = sql_mysql_name, .behind_name = sql_mysql_listed},
	{"FUNCTION", .read = sql_mysql_name, .behind_name = sql_mysql_listed},
	{"EVENT", .read = sql_mysql_name, .behind_name = sql_mysql_listed},
	{"PACKAGE", .read = sql_mysql_name, .behind_name = sql_mysql_listed},
	{"DATABASE", .read = begin_dropped_database},
	{"SCHEMA", .read = begin_dropped_database},
	{"USER", .read = sql_mysql_users},
	{"ROLE", .read = sql_mysql_users},
	{"PREPARE", .verdict = SQL_LEAVE_OUT},
};

static const struct sql_word altered[] = {
	{"TABLE", .read = sql_mysql_name, .behind_name = behind_altered},
	{"VIEW", .read = sql_mysql_name, .behind_name = behind_any},
	{"SEQUENCE", .read = sql_mysql_name, .behind_name = behind_altered},
	{"PROCEDURE", .read = sql_mysql_name, .behind_name = behind_any},
	{"FUNCTION", .read = sql_mysql_name, .behind_name = behind_any},
	{"EVENT", .read = sql_mysql_name, .behind_name = behind_altered},
	{"DATABASE", .read = read_altered_database},
	{"SCHEMA", .read = read_altered_database},
	{"USER", .read = sql_mysql_users},
};

/* What may stand before it: OR REPLACE DEFINER=`root`@`%` SQL SECURITY DEFINER … */
static bool is_before_object(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const words[] = {
		"OR",     "REPLACE",   "TEMPORARY", "UNIQUE",  "FULLTEXT", "SPATIAL",
		"ONLINE", "AGGREGATE", "OFFLINE",   "SQL",     "SECURITY", "INVOKER",
		"IGNORE", "ALGORITHM", "DEFINER",   "COMMENT", NULL};
	const bool is_value = s->skip && t->kind != SQL_SIGN && t->kind != SQL_END;

	s->temporary |= sql_is(t, "TEMPORARY");
	if (is_value) {
		s->skip = false;
		return true;
	}
	s->skip |= sql_is_sign(t, '=') || sql_is_sign(t, '@');
	return s->skip || sql_is_sign(t, '(') || sql_is_sign(t, ')') || sql_is_one_of(t, words);
}

enum sql_verdict sql_mysql_create(struct sql_statement *s, const struct sql_token *t)
{
	if (is_before_object(s, t))
		return SQL_MORE;
	s->skip = false;
	return sql_look_up(s, t, created, COUNT(created));
}

enum sql_verdict sql_mysql_drop(struct sql_statement *s, const struct sql_token *t)
{
	return is_before_object(s, t) ? SQL_MORE : sql_look_up(s, t, dropped, COUNT(dropped));
}

enum sql_verdict sql_mysql_alter(struct sql_statement *s, const struct sql_token *t)
{
	return is_before_object(s, t) ? SQL_MORE : sql_look_up(s, t, altered, COUNT(altered));
}

enum sql_verdict sql_mysql_rename(struct sql_statement *s, const struct sql_token *t)
{
	static const struct sql_word words[] = {
		{"TABLE", .read = sql_mysql_name, .behind_name = sql_mysql_listed},
		{"TABLES", .read = sql_mysql_name, .behind_name = sql_mysql_listed},
		{"USER", .read = sql_mysql_users},
	};

	return sql_look_up(s, t, words, COUNT(words));
}

/* ANALYZE UPDATE … would be done; LOCK INSTANCE is the whole server. */
enum sql_verdict sql_mysql_tables(struct sql_statement *s, const struct sql_token *t)
{
	static const struct sql_word words[] = {
		{"LOCAL", .read = sql_mysql_tables},
		{"NO_WRITE_TO_BINLOG", .read = sql_mysql_tables},
		{"TABLE", .read = sql_mysql_name, .behind_name = sql_mysql_listed},
		{"TABLES", .read = sql_mysql_name, .behind_name = sql_mysql_listed},
	};

	return sql_look_up(s, t, words, COUNT(words));
}
