/*
 * MySQL: SET. What it says about how quotes are read must be known: by its own words, or by a variable in which a dump kept what
 * was there before.
 */
#include <string.h>
#include <strings.h>

#include "database/sql_mysql.h"

/* What a server logs is newroot's; nor is it the dump's whose transactions they were. */
static const char *const left_out[] = {"SQL_LOG_BIN", "GTID_NEXT", "GTID_DOMAIN_ID", "SERVER_ID",
				       NULL};
static const char *const global[] = {"GLOBAL", "PERSIST", "PERSIST_ONLY", NULL};

/* --- values */

static const struct sql_value unknown;

static bool is_sign_piece(const struct sql_statement *s, size_t i, char sign)
{
	return i < s->pieces && s->piece[i].kind == SQL_SIGN && s->piece[i].sign == sign;
}

static bool is_word_piece(const struct sql_statement *s, size_t i, const char *word)
{
	return i < s->pieces && s->piece[i].kind != SQL_SIGN && !strcasecmp(s->piece[i].text, word);
}

/* All values of a SET are taken before its changes, or so some servers do. */
static bool is_changed_before(const struct sql_statement *s, enum sql_target target,
			      const char *name)
{
	for (size_t i = 0; i + 1 < s->changes; i++)
		if (s->change[i].target == target &&
		    (!*s->change[i].name || !strcmp(s->change[i].name, name)))
			return true;
	return false;
}

/* 'ANSI', ANSI, utf8, 0, DEFAULT */
static struct sql_value read_literal(const struct sql_statement *s)
{
	const struct sql_piece *piece = &s->piece[0];
	struct sql_value value = piece->value;

	if (piece->kind == SQL_SIGN)
		return unknown;
	value.is_charset = sql_charset_is_plain(piece->text);
	if (piece->kind == SQL_WORD && !strcmp(piece->text, "0"))
		value = (struct sql_value){.is_mode = true, .mode = {.backslash = true}};
	if (piece->kind == SQL_WORD && !strcasecmp(piece->text, "DEFAULT"))
		value = (struct sql_value){.is_mode = true, .mode = s->session->initial};
	return value;
}

/* @OLD_SQL_MODE */
static struct sql_value read_kept(const struct sql_statement *s, size_t i)
{
	char name[SQL_VARIABLE_MAX];

	if (s->piece[i].kind == SQL_SIGN)
		return unknown;
	sql_variable_name(name, s->piece[i].text);
	if (!*name || is_changed_before(s, SQL_TARGET_VARIABLE, name))
		return unknown;
	return sql_session_get(s->session, name);
}

/* @@sql_mode, @@SESSION.sql_mode */
static struct sql_value read_current(const struct sql_statement *s)
{
	const bool scoped = is_sign_piece(s, 3, '.') &&
			    (is_word_piece(s, 2, "SESSION") || is_word_piece(s, 2, "LOCAL"));
	const size_t name = scoped ? 4 : 2;

	if (s->pieces != name + 1)
		return unknown;
	if (is_word_piece(s, name, "SQL_MODE") && !is_changed_before(s, SQL_TARGET_MODE, ""))
		return (struct sql_value){.is_mode = true, .mode = s->session->mode};
	return (struct sql_value){.is_charset = is_word_piece(s, name, "CHARACTER_SET_CLIENT")};
}

/* IFNULL(@OLD_SQL_MODE, ''), as HeidiSQL writes; what is known is not NULL. */
static bool is_if_null(const struct sql_statement *s)
{
	return s->pieces == 7 && is_word_piece(s, 0, "IFNULL") && is_sign_piece(s, 1, '(') &&
	       is_sign_piece(s, 2, '@') && is_sign_piece(s, 4, ',') &&
	       s->piece[5].kind == SQL_STRING && is_sign_piece(s, 6, ')');
}

static struct sql_value value_of(const struct sql_statement *s)
{
	if (s->pieces == 1 || (s->pieces == 3 && is_word_piece(s, 1, "COLLATE")))
		return read_literal(s);
	if (s->pieces == 2 && is_sign_piece(s, 0, '@'))
		return read_kept(s, 1);
	if (is_sign_piece(s, 0, '@') && is_sign_piece(s, 1, '@'))
		return read_current(s);
	return is_if_null(s) ? read_kept(s, 3) : unknown;
}

/* --- SET a = 1, @b = 2, @@session.c = 3, GLOBAL d = 4 */

static sql_reader read_variable;

/* The value of the last change is whole. */
static enum sql_verdict end_value(struct sql_statement *s)
{
	struct sql_change *change = &s->change[s->changes - 1];

	change->value = value_of(s);
	if (change->target == SQL_TARGET_CHARSET && !change->value.is_charset)
		return sql_refuse(
			s,
			"text in this character set cannot be told from statements, or it is not known which it is: make the dump with --default-character-set=utf8");
	if (change->target == SQL_TARGET_MODE && !change->value.is_mode)
		return sql_refuse(
			s, "what this sql_mode is cannot be known, and with it, where strings end");
	return SQL_PASS;
}

static enum sql_verdict read_value(struct sql_statement *s, const struct sql_token *t)
{
	const bool ends = sql_is_end(s, t), next = !s->level && sql_is_sign(t, ',');

	if (ends || next) {
		s->state = 0;
		s->read = read_variable;
		return end_value(s) == SQL_REFUSE ? SQL_REFUSE : ends ? SQL_PASS : SQL_MORE;
	}
	s->level += sql_is_sign(t, '(');
	s->level -= s->level && sql_is_sign(t, ')');
	s->forgets |= s->pieces && sql_is_sign(t, ':');
	if (s->pieces || !(sql_is_sign(t, '=') || sql_is_sign(t, ':')))
		sql_add_piece(s, t);
	return SQL_MORE;
}

static enum sql_verdict begin_value(struct sql_statement *s, enum sql_target target)
{
	s->read = read_value;
	s->pieces = 0;
	return sql_add_change(s, target) ? SQL_MORE : sql_refuse(s, "it sets too much at once");
}

/* "a.b" is another variable than "a". */
static enum sql_verdict behind_user(struct sql_statement *s, const struct sql_token *t)
{
	if (!sql_is_sign(t, '=') && !sql_is_sign(t, ':'))
		*s->change[s->changes - 1].name = '\0';
	s->read = read_value;
	return read_value(s, t);
}

static enum sql_verdict begin_user(struct sql_statement *s, const struct sql_token *t)
{
	const enum sql_verdict verdict = begin_value(s, SQL_TARGET_VARIABLE);

	if (verdict == SQL_MORE)
		sql_variable_name(s->change[s->changes - 1].name, t->text);
	s->read = behind_user;
	return verdict;
}

/* SET CHARACTER SET utf8 */
static enum sql_verdict read_character_set(struct sql_statement *s, const struct sql_token *t)
{
	return sql_is(t, "SET") ? begin_value(s, SQL_TARGET_CHARSET) : sql_refuse(s, sql_unknown);
}

static enum sql_verdict read_named(struct sql_statement *s, const struct sql_token *t)
{
	static const char *const charsets[] = {"NAMES", "CHARSET", "CHARACTER_SET_CLIENT", NULL};
	struct sql_token word = *t;

	word.kind = SQL_WORD; /* in quotes or not */
	if (sql_is_one_of(&word, left_out))
		return SQL_LEAVE_OUT;
	if (sql_is(t, "CHARACTER")) {
		s->read = read_character_set;
		return SQL_MORE;
	}
	if (sql_is_one_of(&word, charsets))
		return begin_value(s, SQL_TARGET_CHARSET);
	return begin_value(s, sql_is(&word, "SQL_MODE") ? SQL_TARGET_MODE : SQL_TARGET_OTHER);
}

/* `state` counts the @ */
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
	if (s->state == 1)
		return begin_user(s, t);
	if (sql_is_one_of(t, global))
		return SQL_LEAVE_OUT;
	if (sql_is_one_of(t, mine))
		return SQL_MORE;
	if (sql_is_one_of(t, users))
		return sql_mysql_users(s, t);
	return sql_is_one_of(t, others) ? sql_refuse(s, sql_unknown) : read_named(s, t);
}

enum sql_verdict sql_mysql_set(struct sql_statement *s, const struct sql_token *t)
{
	s->sets = true;
	s->read = read_variable;
	return read_variable(s, t);
}
