/* MySQL: stored programs, whose statements are theirs, up to where they end. */
#include <string.h>
#include <strings.h>

#include "database/sql_mysql.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

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
	if (s->last_sign == '@' && t->kind != SQL_SIGN)
		sql_session_take(s->session, t->text);
	sql_note(s, t);
	s->last_sign = t->kind == SQL_END ? ';' : t->sign;
	return SQL_MORE;
}

enum sql_verdict sql_mysql_program(struct sql_statement *s, const struct sql_token *t)
{
	s->keep = s->content = true;
	s->read = read_program;
	return read_program(s, t);
}

/* CREATE FUNCTION f RETURNS STRING SONAME 'f.so' */
enum sql_verdict sql_mysql_function(struct sql_statement *s, const struct sql_token *t)
{
	return sql_is_sign(t, '(') ? sql_mysql_program(s, t)
				   : sql_refuse(s, "it brings a library into the server");
}
