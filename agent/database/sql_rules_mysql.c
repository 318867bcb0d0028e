/*
 * Statements of MySQL and MariaDB, as mysqldump, mariadb-dump, phpMyAdmin and people write them. What stands first decides; of
 * names, those that are written to.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "database/sql_rules.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static enum sql_verdict refuse_elsewhere(struct sql_statement *s)
{
	return sql_refuse(s, sql_elsewhere);
}

/* In a dump of the server's own database they are what it is for. */
static enum sql_verdict change_users(struct sql_statement *s, const struct sql_token *t)
{
	(void)t;
	return s->system ? SQL_PASS : sql_refuse(s, sql_users);
}

static enum sql_verdict pass_end(struct sql_statement *s, const struct sql_token *t)
{
	return sql_is_end(s, t) ? SQL_PASS : SQL_MORE;
}

/* --- names: `shop`.`customer` */

enum name_state { NAME_FIRST, NAME_DOT, NAME_SECOND, NAME_DONE };

/* What may stand before one. */
static const char *const before_name[] = {"LOW_PRIORITY",
					  "DELAYED",
					  "HIGH_PRIORITY",
					  "IGNORE",
					  "INTO",
					  "TABLE",
					  "TABLES",
					  "IF",
					  "NOT",
					  "EXISTS",
					  "QUICK",
					  "FROM",
					  "LOCAL",
					  "BODY",
					  "VIEW",
					  "NO_WRITE_TO_BINLOG",
					  NULL};

static void count_name(struct sql_statement *s)
{
	if (s->makes && !s->temporary)
		sql_tables_add(s->tables, "", s->name);
	else if (s->drops)
		sql_tables_remove(s->tables, "", s->name);
}

static enum sql_verdict read_first(struct sql_statement *s, const struct sql_token *t)
{
	if (sql_is_one_of(t, before_name))
		return SQL_MORE;
	if (!sql_is_name(t))
		return sql_refuse(s, sql_unknown);
	sql_keep(s->name, t->text);
	s->state = NAME_DOT;
	return SQL_MORE;
}

static enum sql_verdict read_name(struct sql_statement *s, const struct sql_token *t)
{
	if (s->state == NAME_FIRST)
		return read_first(s, t);
	if (s->state == NAME_DOT && sql_is_sign(t, '.')) {
		s->state = NAME_SECOND;
		return strcmp(s->name, s->database) ? refuse_elsewhere(s) : SQL_MORE;
	}
	if (s->state == NAME_SECOND) {
		sql_keep(s->name, t->text);
		s->state = NAME_DONE;
		return sql_is_name(t) ? SQL_MORE : sql_refuse(s, sql_unknown);
	}
	count_name(s);
	s->state = NAME_FIRST;
	s->read = s->behind_name;
	return s->read(s, t);
}

/* "a, b", "a TO b, c TO d", "a WRITE, b AS x READ" */
static enum sql_verdict behind_listed(struct sql_statement *s, const struct sql_token *t)
{
	if (sql_is_end(s, t))
		return SQL_PASS;
	if (sql_is_sign(t, ',') || sql_is(t, "TO"))
		s->read = read_name;
	return SQL_MORE;
}

static enum sql_verdict behind_any(struct sql_statement *s, const struct sql_token *t)
{
	(void)s;
	(void)t;
	return SQL_PASS;
}

/* In the server's own database: from where a replica goes on when the server is started next. */
static enum sql_verdict behind_insert(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const of_replication[] = {
		"slave_master_info", "slave_relay_log_info",
		"slave_worker_info", "gtid_executed",
		"gtid_slave_pos",    "replication_asynchronous_connection_failover"};

	(void)t;
	s->content = true;
	for (size_t i = 0; s->system && i < COUNT(of_replication); i++)
		if (!strcasecmp(s->name, of_replication[i]))
			return SQL_LEAVE_OUT;
	return SQL_PASS;
}

/* One table; several would need their places looked at. */
static enum sql_verdict behind_changed(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const several[] = {"JOIN",    "INNER",         "LEFT",  "RIGHT", "CROSS",
					      "NATURAL", "STRAIGHT_JOIN", "USING", NULL};
	static const char *const one[] = {"SET", "WHERE", "ORDER", "LIMIT", "RETURNING", NULL};

	s->content = true;
	if (sql_is_sign(t, ',') || sql_is_sign(t, '.') || sql_is_one_of(t, several))
		return sql_refuse(s, "it changes several tables");
	return sql_is_end(s, t) || sql_is_one_of(t, one) ? SQL_PASS : SQL_MORE;
}

static enum sql_verdict read_delete(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const before[] = {"LOW_PRIORITY", "QUICK", "IGNORE", NULL};

	if (sql_is_one_of(t, before))
		return SQL_MORE;
	s->read = read_name;
	s->behind_name = behind_changed;
	return sql_is(t, "FROM") ? SQL_MORE : sql_refuse(s, "it changes several tables");
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
		s->read = read_name;
		/* "RENAME b" has begun with the name itself. */
		return renames && !sql_is(t, "TO") && !sql_is(t, "AS") && !sql_is_sign(t, '=')
			       ? read_name(s, t)
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
		s->read = read_name;
	return SQL_MORE;
}

/* --- databases */

static enum sql_verdict read_own(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const before[] = {"IF", "NOT", "EXISTS", NULL};

	if (sql_is_one_of(t, before))
		return SQL_MORE;
	if (!sql_is_name(t) || strcmp(t->text, s->database) != 0 || (s->system && s->drops))
		return refuse_elsewhere(s);
	return SQL_PASS;
}

static enum sql_verdict behind_used(struct sql_statement *s, const struct sql_token *t)
{
	return sql_is_end(s, t) ? SQL_PASS : sql_refuse(s, sql_unknown);
}

/* The client takes the line for a command of its own, with or without an end: nothing else may be on it. */
static enum sql_verdict read_used(struct sql_statement *s, const struct sql_token *t)
{
	if (!sql_is_name(t) || strcmp(t->text, s->database) != 0)
		return refuse_elsewhere(s);
	s->read = behind_used;
	return SQL_MORE;
}

/* The name may be left out: then it is this one. */
static enum sql_verdict read_altered_database(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const options[] = {"CHARACTER", "CHARSET", "COLLATE",
					      "DEFAULT",   "COMMENT", NULL};

	return sql_is_one_of(t, options) ? SQL_PASS : read_own(s, t);
}

/* --- stored programs */

/*
 * Where a block begins and where it ends: BEGIN at the beginning of a statement, for it may be a column's name; END behind a
 * semicolon, for CASE … END has none, and nothing behind it that other blocks have.
 */
static enum sql_verdict read_program(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const begin_behind[] = {"BEGIN", "THEN", "ELSE",   "DO",
						   "LOOP",  "ROW",  "REPEAT", NULL};
	static const char *const others[] = {"IF", "CASE", "LOOP", "WHILE", "REPEAT", NULL};
	bool first = !s->depth || s->last_sign == ';' || s->last_sign == ':';

	for (size_t i = 0; begin_behind[i] && !first; i++)
		first = !strcasecmp(s->last, begin_behind[i]);
	if (s->skip && !sql_is_one_of(t, others))
		s->depth--;
	s->skip = false;
	if (sql_is_end(s, t))
		return !s->depth ? SQL_PASS
				 : sql_refuse(s, "BEGIN and END of its program do not fit");
	if (sql_is(t, "BEGIN") && (first || s->list) && s->last_sign != '.')
		s->depth++;
	/* Only what is behind it tells. */
	s->skip = sql_is(t, "END") && s->depth &&
		  (s->last_sign == ';' || !strcasecmp(s->last, "BEGIN"));
	s->list = (first && sql_is(t, "DECLARE")) || (s->list && t->kind != SQL_END);
	sql_note(s, t);
	s->last_sign = t->kind == SQL_END ? ';' : t->sign;
	return SQL_MORE;
}

static enum sql_verdict behind_program(struct sql_statement *s, const struct sql_token *t)
{
	s->keep = s->content = true;
	s->read = read_program;
	return read_program(s, t);
}

/* CREATE FUNCTION f RETURNS STRING SONAME 'f.so' */
static enum sql_verdict behind_function(struct sql_statement *s, const struct sql_token *t)
{
	return sql_is_sign(t, '(') ? behind_program(s, t)
				   : sql_refuse(s, "it brings a library into the server");
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
	s->read = read_name;
	return read_name(s, t);
}

static enum sql_verdict begin_dropped(struct sql_statement *s, const struct sql_token *t)
{
	s->drops = true;
	s->read = read_name;
	return read_name(s, t);
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
	{"TRIGGER", .read = read_name, .behind_name = behind_program},
	{"PROCEDURE", .read = read_name, .behind_name = behind_program},
	{"FUNCTION", .read = read_name, .behind_name = behind_function},
	{"EVENT", .read = read_name, .behind_name = behind_program},
	{"PACKAGE", .read = read_name, .behind_name = behind_program},
	{"DATABASE", .read = read_own},
	{"SCHEMA", .read = read_own},
	{"USER", .read = change_users},
	{"ROLE", .read = change_users},
};

static const struct sql_word dropped[] = {
	{"TABLE", .read = begin_dropped, .behind_name = behind_listed},
	{"VIEW", .read = begin_dropped, .behind_name = behind_listed},
	{"SEQUENCE", .read = begin_dropped, .behind_name = behind_listed},
	{"INDEX", .read = read_on, .behind_name = behind_any},
	{"TRIGGER", .read = read_name, .behind_name = behind_listed},
	{"PROCEDURE", .read = read_name, .behind_name = behind_listed},
	{"FUNCTION", .read = read_name, .behind_name = behind_listed},
	{"EVENT", .read = read_name, .behind_name = behind_listed},
	{"PACKAGE", .read = read_name, .behind_name = behind_listed},
	{"DATABASE", .read = begin_dropped_database},
	{"SCHEMA", .read = begin_dropped_database},
	{"USER", .read = change_users},
	{"ROLE", .read = change_users},
	{"PREPARE", .verdict = SQL_LEAVE_OUT},
};

static const struct sql_word altered[] = {
	{"TABLE", .read = read_name, .behind_name = behind_altered},
	{"VIEW", .read = read_name, .behind_name = behind_any},
	{"SEQUENCE", .read = read_name, .behind_name = behind_altered},
	{"PROCEDURE", .read = read_name, .behind_name = behind_any},
	{"FUNCTION", .read = read_name, .behind_name = behind_any},
	{"EVENT", .read = read_name, .behind_name = behind_altered},
	{"DATABASE", .read = read_altered_database},
	{"SCHEMA", .read = read_altered_database},
	{"USER", .read = change_users},
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

static enum sql_verdict read_create(struct sql_statement *s, const struct sql_token *t)
{
	if (is_before_object(s, t))
		return SQL_MORE;
	s->skip = false;
	return sql_look_up(s, t, created, COUNT(created));
}

static enum sql_verdict read_drop(struct sql_statement *s, const struct sql_token *t)
{
	return is_before_object(s, t) ? SQL_MORE : sql_look_up(s, t, dropped, COUNT(dropped));
}

static enum sql_verdict read_alter(struct sql_statement *s, const struct sql_token *t)
{
	return is_before_object(s, t) ? SQL_MORE : sql_look_up(s, t, altered, COUNT(altered));
}

static enum sql_verdict read_rename(struct sql_statement *s, const struct sql_token *t)
{
	static const struct sql_word words[] = {
		{"TABLE", .read = read_name, .behind_name = behind_listed},
		{"TABLES", .read = read_name, .behind_name = behind_listed},
		{"USER", .read = change_users},
	};

	return sql_look_up(s, t, words, COUNT(words));
}

/* ANALYZE UPDATE … would be done; LOCK INSTANCE is the whole server. */
static enum sql_verdict read_tables(struct sql_statement *s, const struct sql_token *t)
{
	static const struct sql_word words[] = {
		{"LOCAL", .read = read_tables},
		{"NO_WRITE_TO_BINLOG", .read = read_tables},
		{"TABLE", .read = read_name, .behind_name = behind_listed},
		{"TABLES", .read = read_name, .behind_name = behind_listed},
	};

	return sql_look_up(s, t, words, COUNT(words));
}

/* --- SET */

/* What a server logs is newroot's; nor is it the dump's whose transactions they were. */
static const char *const left_out[] = {"SQL_LOG_BIN", "GTID_NEXT", "GTID_DOMAIN_ID", "SERVER_ID",
				       NULL};
static const char *const global[] = {"GLOBAL", "PERSIST", "PERSIST_ONLY", NULL};
/* In these a byte of a character may be a backslash or a quote: the client would divide the dump elsewhere than the server. */
static const char *const treacherous[] = {"BIG5", "CP932", "GBK", "GB18030", "SJIS", NULL};

static bool is_treacherous(const struct sql_token *t)
{
	for (size_t i = 0; treacherous[i]; i++)
		if ((t->kind == SQL_WORD || t->kind == SQL_STRING) &&
		    !strcasecmp(t->text, treacherous[i]))
			return true;
	return false;
}

static enum sql_verdict read_variable(struct sql_statement *s, const struct sql_token *t);

static enum sql_verdict read_value(struct sql_statement *s, const struct sql_token *t)
{
	if (sql_is_end(s, t))
		return SQL_PASS;
	s->level += sql_is_sign(t, '(');
	s->level -= s->level && sql_is_sign(t, ')');
	if (s->charset && is_treacherous(t))
		return sql_refuse(
			s,
			"text in this character set cannot be told from statements: make the dump with --default-character-set=utf8");
	if (s->mode && (t->kind == SQL_STRING || sql_is_sign(t, '@'))) {
		s->has_escapes = true;
		s->escapes = t->kind != SQL_STRING || !strcasestr(t->text, "NO_BACKSLASH_ESCAPES");
	}
	if (!s->level && sql_is_sign(t, ',')) {
		s->state = 0;
		s->read = read_variable;
	}
	return SQL_MORE;
}

static enum sql_verdict read_named(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const charsets[] = {"NAMES", "CHARSET", "CHARACTER",
					       "CHARACTER_SET_CLIENT", NULL};

	struct sql_token word = *t;

	word.kind = SQL_WORD; /* in quotes or not */
	if (sql_is_one_of(&word, left_out))
		return SQL_LEAVE_OUT;
	s->charset = sql_is_one_of(&word, charsets);
	s->mode = sql_is(&word, "SQL_MODE");
	s->read = read_value;
	return SQL_MORE;
}

/* SET a = 1, @b = 2, @@session.c = 3, GLOBAL d = 4: `state` counts the @ */
static enum sql_verdict read_variable(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const mine[] = {"SESSION", "LOCAL", NULL};
	static const char *const users[] = {"PASSWORD", "ROLE", "DEFAULT", NULL};
	static const char *const others[] = {"STATEMENT", "RESOURCE", NULL};

	if (sql_is_end(s, t))
		return SQL_PASS;
	s->state += sql_is_sign(t, '@');
	if (t->kind == SQL_SIGN)
		return SQL_MORE;
	if (s->state == 1) {
		s->charset = s->mode = false;
		s->read = read_value;
		return SQL_MORE;
	}
	if (sql_is_one_of(t, global))
		return SQL_LEAVE_OUT;
	if (sql_is_one_of(t, mine))
		return SQL_MORE;
	if (sql_is_one_of(t, users))
		return change_users(s, t);
	return sql_is_one_of(t, others) ? sql_refuse(s, sql_unknown) : read_named(s, t);
}

/* --- the others */

static enum sql_verdict read_select(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const files[] = {"OUTFILE", "DUMPFILE", NULL};

	return sql_is_one_of(t, files) ? sql_refuse(s, sql_files) : pass_end(s, t);
}

static enum sql_verdict read_start(struct sql_statement *s, const struct sql_token *t)
{
	static const struct sql_word words[] = {
		{"TRANSACTION", .verdict = SQL_PASS},
		{"SLAVE", .verdict = SQL_LEAVE_OUT},
		{"REPLICA", .verdict = SQL_LEAVE_OUT},
		{"ALL", .verdict = SQL_LEAVE_OUT},
		{"GROUP_REPLICATION", .verdict = SQL_LEAVE_OUT},
	};

	return sql_look_up(s, t, words, COUNT(words));
}

/* BEGIN NOT ATOMIC … is a program. */
static enum sql_verdict read_begin(struct sql_statement *s, const struct sql_token *t)
{
	return sql_is(t, "WORK") || sql_is_end(s, t) ? SQL_PASS : sql_refuse(s, sql_unknown);
}

/*
 * So dumps of Percona's and MariaDB's programs ask for RocksDB, and tell it of a bulk load, which is only for speed. Other
 * statements that are text can be anything.
 */
static enum sql_verdict read_prepare(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const known[] = {"ROCKSDB_GET_IS_SUPPORTED",
					    "ROCKSDB_ENABLE_BULK_LOAD",
					    "ROCKSDB_DISABLE_BULK_LOAD",
					    "SAVE_OLD_ROCKSDB_BULK_LOAD",
					    "ENABLE_BULK_LOAD",
					    "DISABLE_BULK_LOAD",
					    NULL};

	if (sql_is_end(s, t))
		return sql_refuse(s, sql_unknown);
	if (s->last_sign == '@' && sql_is_one_of(t, known))
		return SQL_LEAVE_OUT;
	s->last_sign = t->sign;
	return SQL_MORE;
}

/* Whatever was prepared was left out. */
static enum sql_verdict read_execute(struct sql_statement *s, const struct sql_token *t)
{
	return sql_is(t, "IMMEDIATE") ? sql_refuse(s, sql_unknown) : SQL_LEAVE_OUT;
}

static const struct sql_word verbs[] = {
	{"INSERT", .read = read_name, .behind_name = behind_insert},
	{"REPLACE", .read = read_name, .behind_name = behind_insert},
	{"UPDATE", .read = read_name, .behind_name = behind_changed},
	{"DELETE", .read = read_delete},
	{"TRUNCATE", .read = read_name, .behind_name = behind_listed},
	{"CREATE", .read = read_create},
	{"DROP", .read = read_drop},
	{"ALTER", .read = read_alter},
	{"RENAME", .read = read_rename},
	{"LOCK", .read = read_tables},
	{"ANALYZE", .read = read_tables},
	{"OPTIMIZE", .read = read_tables},
	{"CHECK", .read = read_tables},
	{"REPAIR", .read = read_tables},
	{"UNLOCK", .read = pass_end},
	{"SELECT", .read = read_select},
	{"DO", .read = read_select},
	{"SHOW", .read = pass_end},
	{"SET", .read = read_variable},
	{"USE", .read = read_used},
	{"START", .read = read_start},
	{"BEGIN", .read = read_begin},
	{"COMMIT", .read = pass_end},
	{"ROLLBACK", .read = pass_end},
	{"SAVEPOINT", .read = pass_end},
	{"RELEASE", .read = pass_end},
	{"PREPARE", .read = read_prepare},
	{"EXECUTE", .read = read_execute},
	{"DEALLOCATE", .verdict = SQL_LEAVE_OUT},
	{"CHANGE", .verdict = SQL_LEAVE_OUT},
	{"STOP", .verdict = SQL_LEAVE_OUT},
	{"RESET", .verdict = SQL_LEAVE_OUT},
	{"PURGE", .verdict = SQL_LEAVE_OUT},
	{"FLUSH", .verdict = SQL_LEAVE_OUT},
	{"GRANT", .read = change_users},
	{"REVOKE", .read = change_users},
	{"LOAD", .verdict = SQL_REFUSE, .why = sql_files},
	{"INSTALL", .verdict = SQL_REFUSE, .why = sql_server},
	{"UNINSTALL", .verdict = SQL_REFUSE, .why = sql_server},
	{"BINLOG", .verdict = SQL_REFUSE, .why = sql_elsewhere},
};

static enum sql_verdict begin(struct sql_statement *s, const struct sql_token *t)
{
	return t->kind == SQL_END ? SQL_PASS : sql_look_up(s, t, verbs, COUNT(verbs));
}

/* The lexer knows the one that dumps have: DELIMITER. */
static enum sql_verdict command(struct sql_statement *s, const struct sql_token *t)
{
	(void)s;
	(void)t;
	return SQL_PASS;
}

const struct sql_rules sql_rules_mysql = {begin, command};
