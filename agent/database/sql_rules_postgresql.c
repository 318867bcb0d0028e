/*
 * Statements of PostgreSQL, as pg_dump, pg_restore and pg_dumpall --globals-only write them. No statement reaches another
 * database: only psql's own commands do, and those that make and drop databases.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "database/sql_rules.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static enum sql_verdict change_users(struct sql_statement *s, const struct sql_token *t)
{
	(void)t;
	return s->system ? SQL_PASS : sql_refuse(s, sql_users);
}

/* CREATE USER MAPPING is of a foreign server's, which is the database's own. */
static enum sql_verdict read_user(struct sql_statement *s, const struct sql_token *t)
{
	return sql_is(t, "MAPPING") ? SQL_PASS : change_users(s, t);
}

static enum sql_verdict pass_end(struct sql_statement *s, const struct sql_token *t)
{
	return sql_is_end(s, t) ? SQL_PASS : SQL_MORE;
}

static enum sql_verdict pass_content(struct sql_statement *s, const struct sql_token *t)
{
	s->content = true;
	return sql_is_end(s, t) ? SQL_PASS : SQL_MORE;
}

static bool is_own(const struct sql_statement *s, const char *name, bool folded)
{
	return !(folded ? strcasecmp : strcmp)(name, s->database);
}

/* It is there already, and whatever else it should be called or own, the dump says of the one that it was made of. */
static enum sql_verdict read_database(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const before[] = {"IF", "NOT", "EXISTS", NULL};

	if (sql_is_one_of(t, before))
		return SQL_MORE;
	return sql_is_name(t) && is_own(s, t->text, t->kind == SQL_WORD)
		       ? SQL_LEAVE_OUT
		       : sql_refuse(s, sql_elsewhere);
}

static enum sql_verdict read_altered_database(struct sql_statement *s, const struct sql_token *t)
{
	const enum sql_verdict verdict = read_database(s, t);

	return verdict == SQL_LEAVE_OUT ? SQL_PASS : verdict;
}

/* COMMENT ON DATABASE, GRANT … ON DATABASE: pg_dump before 11 writes them of the old one's name. */
static enum sql_verdict read_on(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const whole[] = {"DATABASE", "TABLESPACE",   "PARAMETER",
					    "ROLE",     "SUBSCRIPTION", NULL};
	const bool behind_on = !strcasecmp(s->last, "ON");

	sql_note(s, t);
	s->list |= sql_is(t, "ON");
	if (behind_on && !s->system && sql_is_one_of(t, whole))
		return SQL_LEAVE_OUT;
	if (!sql_is_end(s, t))
		return SQL_MORE;
	return s->list ? SQL_PASS : change_users(s, t);
}

/* --- names: public.customer */

enum name_state { NAME_FIRST, NAME_DOT, NAME_SECOND, NAME_DONE };

static enum sql_verdict count_name(struct sql_statement *s)
{
	if (s->drops)
		sql_tables_remove(s->tables, s->schema, s->name);
	else if (!s->temporary)
		sql_tables_add(s->tables, s->schema, s->name);
	s->content = true;
	return SQL_PASS;
}

static enum sql_verdict read_name(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const before[] = {"IF", "NOT", "EXISTS", "ONLY", NULL};

	if (s->state == NAME_DOT && sql_is_sign(t, '.')) {
		sql_keep(s->schema, s->name);
		s->state = NAME_SECOND;
		return SQL_MORE;
	}
	if (s->state == NAME_DOT || s->state == NAME_DONE)
		return count_name(s);
	if (s->state == NAME_FIRST && sql_is_one_of(t, before))
		return SQL_MORE;
	sql_keep(s->name, t->text);
	s->state++;
	return sql_is_name(t) ? SQL_MORE : sql_refuse(s, sql_unknown);
}

/*
 * Functions with a body that has no quotes (PostgreSQL 14). psql counts likewise: its semicolons do not end the statement, and
 * words in parentheses, such as the name of a parameter, are none of the body.
 */

static enum sql_verdict read_body(struct sql_statement *s, const struct sql_token *t)
{
	s->content = true;
	if (t->kind == SQL_END)
		return s->depth ? SQL_MORE : SQL_PASS;
	s->level += sql_is_sign(t, '(');
	s->level -= s->level && sql_is_sign(t, ')');
	if (!s->level && (sql_is(t, "BEGIN") || (s->depth && sql_is(t, "CASE"))))
		s->depth++;
	else if (!s->level && s->depth && sql_is(t, "END"))
		s->depth--;
	return SQL_MORE;
}

/* --- CREATE, DROP, ALTER of what */

/* A table's own rights, kinds of it and of indexes; what they belong to comes behind. */
#define OBJECTS                                                                                    \
	{"INDEX", .read = pass_content}, {"SEQUENCE", .read = pass_content},                       \
		{"AGGREGATE", .read = pass_content}, {"TYPE", .read = pass_content},               \
		{"DOMAIN", .read = pass_content}, {"SCHEMA", .read = pass_content},                \
		{"TRIGGER", .read = pass_content}, {"RULE", .read = pass_content},                 \
		{"EXTENSION", .read = pass_content}, {"LANGUAGE", .read = pass_content},           \
		{"OPERATOR", .read = pass_content}, {"CAST", .read = pass_content},                \
		{"CONVERSION", .read = pass_content}, {"COLLATION", .read = pass_content},         \
		{"TEXT", .read = pass_content}, {"POLICY", .read = pass_content},                  \
		{"STATISTICS", .read = pass_content}, {"TRANSFORM", .read = pass_content},         \
		{"ACCESS", .read = pass_content}, {"EVENT", .read = pass_content},                 \
		{"SERVER", .read = pass_content}, {"PUBLICATION", .read = pass_content},           \
		{"LARGE", .read = pass_content}, {"CONSTRAINT", .read = pass_content},             \
		{"SUBSCRIPTION", .verdict = SQL_LEAVE_OUT}, {"ROLE", .read = change_users},        \
		{"USER", .read = read_user}, {"GROUP", .read = change_users},                      \
	{                                                                                          \
		"TABLESPACE", .verdict = SQL_REFUSE, .why = sql_files                              \
	}

static const struct sql_word created[] = {
	{"TABLE", .read = read_name},        {"VIEW", .read = read_name},
	{"FUNCTION", .read = read_body},     {"PROCEDURE", .read = read_body},
	{"DATABASE", .read = read_database}, OBJECTS,
};

static const struct sql_word altered[] = {
	{"TABLE", .read = pass_content},
	{"VIEW", .read = pass_content},
	{"FUNCTION", .read = pass_content},
	{"PROCEDURE", .read = pass_content},
	{"ROUTINE", .read = pass_content},
	{"DEFAULT", .read = pass_content},
	{"DATABASE", .read = read_altered_database},
	{"SYSTEM", .verdict = SQL_REFUSE, .why = sql_server},
	OBJECTS,
};

static const char *const kinds[] = {
	"OR",     "REPLACE",      "TEMPORARY", "TEMP",    "UNLOGGED",   "GLOBAL",
	"LOCAL",  "MATERIALIZED", "RECURSIVE", "FOREIGN", "PROCEDURAL", "TRUSTED",
	"UNIQUE", "DATA",         "WRAPPER",   "DEFAULT", NULL};

/* CREATE FOREIGN DATA WRAPPER has no word behind it. */
static enum sql_verdict read_object(struct sql_statement *s, const struct sql_token *t,
				    const struct sql_word *words, size_t count)
{
	static const char *const temporary[] = {"TEMPORARY", "TEMP", NULL};

	s->temporary |= sql_is_one_of(t, temporary);
	if (sql_is(t, "WRAPPER"))
		return SQL_PASS;
	if (sql_is_one_of(t, kinds) && !(sql_is(t, "DEFAULT") && words == altered))
		return SQL_MORE;
	return sql_look_up(s, t, words, count);
}

static enum sql_verdict read_create(struct sql_statement *s, const struct sql_token *t)
{
	return read_object(s, t, created, COUNT(created));
}

static enum sql_verdict read_alter(struct sql_statement *s, const struct sql_token *t)
{
	return read_object(s, t, altered, COUNT(altered));
}

static enum sql_verdict read_drop(struct sql_statement *s, const struct sql_token *t)
{
	enum sql_verdict verdict = read_object(s, t, created, COUNT(created));

	s->drops = true;
	if (verdict == SQL_MORE && s->read == read_body)
		s->read = pass_end;
	return verdict;
}

/* --- SET, SELECT, COPY */

static const char unclear[] =
	"whether strings have escapes after it, or in which encoding they are, cannot be known";

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (!strcasecmp(text, *words))
			return true;
	return false;
}

/* Of standard_conforming_strings: strings as they were before PostgreSQL 9.1. */
static enum sql_verdict change_strings(struct sql_statement *s, const struct sql_piece *value)
{
	static const char *const on[] = {"ON", "TRUE", "YES", "1", NULL};
	static const char *const off[] = {"OFF", "FALSE", "NO", "0", NULL};
	struct sql_change *change = sql_add_change(s, SQL_TARGET_MODE);

	change->value.mode = s->session->initial;
	if (is_one_of(value->text, on) || is_one_of(value->text, off))
		change->value.mode.backslash = is_one_of(value->text, off);
	else if (value->kind != SQL_WORD || strcasecmp(value->text, "DEFAULT") != 0)
		return sql_refuse(s, unclear);
	return SQL_PASS;
}

static enum sql_verdict end_set(struct sql_statement *s)
{
	const struct sql_piece *value = &s->piece[0];

	if (!s->list && !s->makes)
		return SQL_PASS;
	if (s->pieces != 1 || value->kind == SQL_SIGN || s->temporary)
		return sql_refuse(s, unclear);
	if (s->makes)
		return change_strings(s, value);
	return sql_encoding_is_plain(value->text) ||
			       (value->kind == SQL_WORD && !strcasecmp(value->text, "DEFAULT"))
		       ? SQL_PASS
		       : sql_refuse(s, "text in this encoding cannot be told from statements");
}

static enum sql_verdict read_set_value(struct sql_statement *s, const struct sql_token *t)
{
	if (sql_is_end(s, t))
		return end_set(s);
	if (s->pieces || !(sql_is_sign(t, '=') || sql_is(t, "TO")))
		sql_add_piece(s, t);
	return SQL_MORE;
}

/* SET LOCAL ends with its transaction; U&"…" may be any name. */
static enum sql_verdict read_set(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const encodings[] = {"CLIENT_ENCODING", "NAMES", NULL};

	if (sql_is_end(s, t))
		return SQL_PASS;
	if (sql_is(t, "SESSION") || sql_is(t, "LOCAL")) {
		s->temporary |= sql_is(t, "LOCAL");
		return SQL_MORE;
	}
	if (!sql_is_name(t) || sql_is(t, "U"))
		return sql_refuse(s, sql_unknown);
	s->list = is_one_of(t->text, encodings);
	s->makes = !strcasecmp(t->text, "STANDARD_CONFORMING_STRINGS");
	s->read = read_set_value;
	return SQL_MORE;
}

/* RESET ALL, RESET standard_conforming_strings */
static enum sql_verdict read_reset(struct sql_statement *s, const struct sql_token *t)
{
	struct sql_change *change;

	if (!sql_is_name(t) || sql_is(t, "U"))
		return sql_refuse(s, sql_unknown);
	if (!strcasecmp(t->text, "ALL") || !strcasecmp(t->text, "STANDARD_CONFORMING_STRINGS")) {
		change = sql_add_change(s, SQL_TARGET_MODE);
		change->value.mode = s->session->initial;
	}
	s->read = pass_end;
	return SQL_MORE;
}

/* It brings back what was set since the transaction began. */
static enum sql_verdict read_rollback(struct sql_statement *s, const struct sql_token *t)
{
	return s->session->changed ? sql_refuse(s, unclear) : pass_end(s, t);
}

static enum sql_verdict read_select(struct sql_statement *s, const struct sql_token *t);

static enum sql_verdict behind_configured(struct sql_statement *s, const struct sql_token *t)
{
	s->read = read_select;
	return sql_is_sign(t, ',') ? SQL_MORE : sql_refuse(s, unclear);
}

/* SELECT pg_catalog.set_config('search_path', '', false); as pg_dump does. It could set anything. */
static enum sql_verdict read_configured(struct sql_statement *s, const struct sql_token *t)
{
	*s->last = '\0';
	s->read = behind_configured;
	return t->kind == SQL_STRING && t->quote == '\'' && !strcasecmp(t->text, "search_path")
		       ? SQL_MORE
		       : sql_refuse(s, unclear);
}

/* The functions that dumps call; others may do anything. */
static enum sql_verdict read_select(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const functions[] = {"set_config",
						"setval",
						"lo_create",
						"lo_creat",
						"lo_open",
						"lowrite",
						"lo_close",
						"lo_unlink",
						"pg_restore_relation_stats",
						"pg_restore_attribute_stats",
						"pg_restore_extended_stats",
						"pg_extension_config_dump",
						NULL};

	if (sql_is_end(s, t))
		return SQL_PASS;
	if (sql_is_sign(t, '(') && *s->last && !is_one_of(s->last, functions))
		return sql_refuse(s, "it calls a function that no dump does");
	if (sql_is_sign(t, '(') && !strcasecmp(s->last, "set_config"))
		s->read = read_configured;
	snprintf(s->last, sizeof(s->last), "%.31s", sql_is_name(t) ? t->text : "");
	return SQL_MORE;
}

static enum sql_verdict behind_stdin(struct sql_statement *s, const struct sql_token *t)
{
	if (sql_is_end(s, t))
		return SQL_PASS;
	return !strcasecmp(t->text, "BINARY") ? sql_refuse(s, sql_files) : SQL_MORE;
}

static enum sql_verdict read_stdin(struct sql_statement *s, const struct sql_token *t)
{
	s->copy = true;
	s->read = behind_stdin;
	return sql_is(t, "STDIN") ? SQL_MORE : sql_refuse(s, sql_files);
}

/* COPY public.customer (id, name) WITH OIDS FROM stdin; a query in place of the name would be written to a file. */
static enum sql_verdict read_copy(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const oids[] = {"WITH", "OIDS", NULL};
	const bool named = s->makes;

	s->content = true;
	s->makes = true;
	s->level += sql_is_sign(t, '(');
	s->level -= s->level && sql_is_sign(t, ')');
	if (named &&
	    (s->level || sql_is_sign(t, ')') || sql_is_sign(t, '.') || sql_is_one_of(t, oids)))
		return s->last_sign = t->sign, SQL_MORE;
	if (named && sql_is(t, "FROM")) {
		s->read = read_stdin;
		return SQL_MORE;
	}
	if (!sql_is_name(t) || (named && s->last_sign != '.') || (!named && sql_is(t, "BINARY")))
		return sql_refuse(s, sql_files);
	s->last_sign = '\0';
	return SQL_MORE;
}

static enum sql_verdict insert_rows(struct sql_statement *s, const struct sql_token *t)
{
	(void)t;
	s->content = true;
	return SQL_PASS;
}

static const struct sql_word verbs[] = {
	{"COPY", .read = read_copy},
	{"INSERT", .read = insert_rows},
	{"SELECT", .read = read_select},
	{"SET", .read = read_set},
	{"RESET", .read = read_reset},
	{"CREATE", .read = read_create},
	{"ALTER", .read = read_alter},
	{"DROP", .read = read_drop},
	{"COMMENT", .read = read_on},
	{"SECURITY", .read = read_on},
	{"GRANT", .read = read_on},
	{"REVOKE", .read = read_on},
	{"UPDATE", .read = insert_rows},
	{"DELETE", .read = insert_rows},
	{"TRUNCATE", .read = insert_rows},
	{"REFRESH", .read = pass_content},
	{"CLUSTER", .read = pass_content},
	{"ANALYZE", .read = pass_content},
	{"VACUUM", .read = pass_content},
	{"REINDEX", .read = pass_content},
	{"LOCK", .read = pass_end},
	{"BEGIN", .read = pass_end},
	{"START", .read = pass_end},
	{"COMMIT", .read = pass_end},
	{"END", .read = pass_end},
	{"ROLLBACK", .read = read_rollback},
	{"SAVEPOINT", .read = pass_end},
	{"RELEASE", .read = pass_end},
	{"SHOW", .read = pass_end},
	{"LOAD", .verdict = SQL_REFUSE, .why = sql_files},
	{"CHECKPOINT", .verdict = SQL_LEAVE_OUT},
};

static enum sql_verdict begin(struct sql_statement *s, const struct sql_token *t)
{
	return t->kind == SQL_END ? SQL_PASS : sql_look_up(s, t, verbs, COUNT(verbs));
}

/* The last word of "\connect shop", "\connect "shop"", "\connect -reuse-previous=on "dbname='shop'"". */
static bool connects_here(const struct sql_statement *s, const char *line)
{
	char name[SQL_TEXT_MAX];
	const char *word = strrchr(line, ' ');
	size_t size;

	if (!word)
		return false;
	word += 1 + strspn(word + 1, "\"'");
	if (!strncmp(word, "dbname=", 7))
		word += 7 + strspn(word + 7, "\"'");
	size = strcspn(word, "\"'");
	snprintf(name, sizeof(name), "%.*s", (int)size, word);
	return is_own(s, name, false) && !word[size + strspn(word + size, "\"'")];
}

/* What guards psql against a dump, this filter does. */
static enum sql_verdict command(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const guards[] = {"\\restrict ", "\\unrestrict "};
	static const char *const connects[] = {"\\connect ", "\\c "};

	for (size_t i = 0; i < COUNT(guards); i++)
		if (!strncmp(t->text, guards[i], strlen(guards[i])))
			return SQL_LEAVE_OUT;
	for (size_t i = 0; i < COUNT(connects); i++)
		if (!strncmp(t->text, connects[i], strlen(connects[i])))
			return connects_here(s, t->text) ? SQL_LEAVE_OUT
							 : sql_refuse(s, sql_elsewhere);
	return sql_refuse(s, "a command of psql's");
}

const struct sql_rules sql_rules_postgresql = {begin, command};
