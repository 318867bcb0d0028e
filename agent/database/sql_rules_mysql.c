/*
 * Statements of MySQL and MariaDB, as mysqldump, mariadb-dump, phpMyAdmin and people write them. What stands first decides; of
 * names, those that are written to.
 */
#include <string.h>
#include <strings.h>

#include "database/sql_mysql.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* In a dump of the server's own database they are what it is for. */
enum sql_verdict sql_mysql_users(struct sql_statement *s, const struct sql_token *t)
{
	(void)t;
	return s->system ? SQL_PASS : sql_refuse(s, sql_users);
}

enum sql_verdict sql_mysql_pass(struct sql_statement *s, const struct sql_token *t)
{
	return sql_is_end(s, t) ? SQL_PASS : SQL_MORE;
}

/* --- rows */

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
	s->read = sql_mysql_name;
	s->behind_name = behind_changed;
	return sql_is(t, "FROM") ? SQL_MORE : sql_refuse(s, "it changes several tables");
}

/* --- USE */

static enum sql_verdict behind_used(struct sql_statement *s, const struct sql_token *t)
{
	return sql_is_end(s, t) ? SQL_PASS : sql_refuse(s, sql_unknown);
}

/* The client takes the line for a command of its own, with or without an end: nothing else may be on it. */
static enum sql_verdict read_used(struct sql_statement *s, const struct sql_token *t)
{
	if (!sql_is_name(t) || strcmp(t->text, s->database) != 0)
		return sql_mysql_elsewhere(s);
	s->read = behind_used;
	return SQL_MORE;
}

/* --- the others */

static enum sql_verdict read_select(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const files[] = {"OUTFILE", "DUMPFILE", NULL};

	s->forgets |= sql_is_sign(t, '@') && !strcasecmp(s->last, "INTO");
	sql_note(s, t);
	return sql_is_one_of(t, files) ? sql_refuse(s, sql_files) : sql_mysql_pass(s, t);
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
	{"INSERT", .read = sql_mysql_name, .behind_name = behind_insert},
	{"REPLACE", .read = sql_mysql_name, .behind_name = behind_insert},
	{"UPDATE", .read = sql_mysql_name, .behind_name = behind_changed},
	{"DELETE", .read = read_delete},
	{"TRUNCATE", .read = sql_mysql_name, .behind_name = sql_mysql_listed},
	{"CREATE", .read = sql_mysql_create},
	{"DROP", .read = sql_mysql_drop},
	{"ALTER", .read = sql_mysql_alter},
	{"RENAME", .read = sql_mysql_rename},
	{"LOCK", .read = sql_mysql_tables},
	{"ANALYZE", .read = sql_mysql_tables},
	{"OPTIMIZE", .read = sql_mysql_tables},
	{"CHECK", .read = sql_mysql_tables},
	{"REPAIR", .read = sql_mysql_tables},
	{"UNLOCK", .read = sql_mysql_pass},
	{"SELECT", .read = read_select},
	{"DO", .read = read_select},
	{"SHOW", .read = sql_mysql_pass},
	{"SET", .read = sql_mysql_set},
	{"USE", .read = read_used},
	{"START", .read = read_start},
	{"BEGIN", .read = read_begin},
	{"COMMIT", .read = sql_mysql_pass},
	{"ROLLBACK", .read = sql_mysql_pass},
	{"SAVEPOINT", .read = sql_mysql_pass},
	{"RELEASE", .read = sql_mysql_pass},
	{"PREPARE", .read = read_prepare},
	{"EXECUTE", .read = read_execute},
	{"DEALLOCATE", .verdict = SQL_LEAVE_OUT},
	{"CHANGE", .verdict = SQL_LEAVE_OUT},
	{"STOP", .verdict = SQL_LEAVE_OUT},
	{"RESET", .verdict = SQL_LEAVE_OUT},
	{"PURGE", .verdict = SQL_LEAVE_OUT},
	{"FLUSH", .verdict = SQL_LEAVE_OUT},
	{"GRANT", .read = sql_mysql_users},
	{"REVOKE", .read = sql_mysql_users},
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
