/* MySQL: the tables and databases that a statement writes to, by their names. */
#include <string.h>
#include <strings.h>

#include "database/sql_mysql.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

enum sql_verdict sql_mysql_elsewhere(struct sql_statement *s)
{
	return sql_refuse(s, sql_elsewhere);
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

enum sql_verdict sql_mysql_name(struct sql_statement *s, const struct sql_token *t)
{
	if (s->state == NAME_FIRST)
		return read_first(s, t);
	if (s->state == NAME_DOT && sql_is_sign(t, '.')) {
		s->state = NAME_SECOND;
		return strcmp(s->name, s->database) ? sql_mysql_elsewhere(s) : SQL_MORE;
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
enum sql_verdict sql_mysql_listed(struct sql_statement *s, const struct sql_token *t)
{
	if (sql_is_end(s, t))
		return SQL_PASS;
	if (sql_is_sign(t, ',') || sql_is(t, "TO"))
		s->read = sql_mysql_name;
	return SQL_MORE;
}
