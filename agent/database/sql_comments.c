#include "database/sql_comments.h"

#include <string.h>

#include "database/sql_window.h"

#define DIGITS     6
#define DIGITS_OLD 5 /* MySQL before 8.0 reads so many */

/* --- to the end of their line */

/* PostgreSQL ends them at a carriage return, too; the servers of MySQL at a byte of zero, whose client cuts the line there. */
static void skip_line_comment(struct sql_lexer *lexer)
{
	const bool postgresql = lexer->dialect->nested_comments;

	while (sql_has(lexer, 1)) {
		const char *text = lexer->data + lexer->pos;
		size_t size = lexer->end - lexer->pos;
		const char *newline = memchr(text, '\n', size), *other;

		size = newline ? (size_t)(newline - text) : size;
		other = memchr(text, postgresql ? '\r' : '\0', size);
		if (other && !postgresql)
			sql_fail(lexer, "a byte of zero in a comment");
		sql_check_nul(lexer, text, size);
		lexer->pos += other ? (size_t)(other - text) : size;
		if (newline || other)
			return;
	}
}

/*
 * MySQL: "5--1" is a sum. What counts as a blank behind the dashes is another thing to the client than to the server, and with
 * another character set.
 */
static bool is_dashes(struct sql_lexer *lexer)
{
	const unsigned char third = (unsigned char)sql_at(lexer, 2);

	if (!lexer->dialect->hash_comments || !third || isspace(third))
		return true;
	if (third < ' ' || third >= 0x7f)
		sql_fail(lexer, "two dashes before a byte that may be a blank, or none");
	return false;
}

bool sql_is_line_comment(struct sql_lexer *lexer)
{
	const char c = sql_at(lexer, 0);

	if (lexer->dialect->hash_comments && c == '#')
		return true;
	return c == '-' && sql_at(lexer, 1) == '-' && is_dashes(lexer);
}

/* --- between marks */

static void skip_block(struct sql_lexer *lexer)
{
	unsigned depth = 1;

	for (lexer->pos += 2; depth && sql_has(lexer, 2); lexer->pos++)
		if (!lexer->data[lexer->pos]) {
			sql_check_nul(lexer, lexer->data + lexer->pos, 1);
		} else if (sql_is_here(lexer, "*/")) {
			depth--;
			lexer->pos++;
		} else if (lexer->dialect->nested_comments && sql_is_here(lexer, "/*")) {
			depth++;
			lexer->pos++;
		}
	if (depth)
		sql_fail(lexer, "a comment does not end");
}

struct condition {
	size_t size; /* of its mark: "!50003" or "M!100101" behind the slash and the star; 0: the comment is none */
	bool active;    /* this server executes it */
	bool ambiguous; /* one that reads five digits does */
};

static void read_condition(struct sql_lexer *lexer, struct condition *condition)
{
	const bool mariadbs = sql_at(lexer, 2) == 'M' && sql_at(lexer, 3) == '!';
	size_t digits = 0;
	unsigned version = 0;

	*condition = (struct condition){0};
	if (!lexer->dialect->executable_comments || (!mariadbs && sql_at(lexer, 2) != '!') ||
	    (mariadbs && !lexer->mariadb))
		return;
	condition->size = mariadbs ? 4 : 3;
	for (; digits < DIGITS && isdigit((unsigned char)sql_at(lexer, condition->size));
	     condition->size++, digits++)
		version = version * 10 + (unsigned)(sql_at(lexer, condition->size) - '0');
	/* MariaDB knows nothing of what came with MySQL 5.7. */
	condition->active = version <= lexer->version &&
			    (!lexer->mariadb || mariadbs || version < 50700 || version > 99999);
	condition->ambiguous = !lexer->mariadb && digits > DIGITS_OLD && !condition->active &&
			       version / 10 <= lexer->version;
}

/* One comment within it is a part of it (sql_lex.cc, consume_comment). */
static void blank_inactive(struct sql_lexer *lexer, size_t mark)
{
	unsigned depth = 1;

	sql_blank(lexer, mark);
	while (depth && sql_has(lexer, 2)) {
		const bool ends = sql_is_here(lexer, "*/");
		const bool begins = depth == 1 && sql_is_here(lexer, "/*");

		depth += begins;
		depth -= ends;
		sql_blank(lexer, begins || ends ? 2 : 1);
	}
	if (depth)
		sql_fail(lexer, "a comment that does not end");
}

/* To the server it is a comment, whatever quotes are in it; to the client they are quotes: it never sees them. */
static void skip_inactive(struct sql_lexer *lexer, size_t mark, bool ambiguous)
{
	lexer->pos += mark;
	while (sql_has(lexer, 2) && !sql_is_here(lexer, "*/")) {
		const char c = lexer->data[lexer->pos];

		if ((c && strchr("'\"`\\", c)) || ambiguous || sql_is_here(lexer, "/*"))
			sql_fail(
				lexer,
				"quotes in a comment for a newer server, or a comment in it, in a stored program");
		lexer->pos++;
	}
	if (sql_has(lexer, 2))
		lexer->pos += 2;
	else
		sql_fail(lexer, "a comment that does not end");
}

static void open_executable(struct sql_lexer *lexer, size_t size)
{
	const bool rewrite = lexer->flow == SQL_HOLD && lexer->rewrite;

	if (lexer->open == SQL_NESTED_MAX) {
		sql_fail(lexer, "too many comments within each other");
		return;
	}
	lexer->blanked |= rewrite ? 1U << lexer->open : 0;
	lexer->open++;
	if (rewrite)
		sql_blank(lexer, size);
	else
		lexer->pos += size;
}

static void close_executable(struct sql_lexer *lexer)
{
	const unsigned bit = 1U << --lexer->open;

	lexer->pos++;
	if (sql_is_here(lexer, lexer->delimiter))
		sql_fail(lexer, "the slash at a comment's end begins the delimiter");
	lexer->pos--;
	if (lexer->blanked & bit)
		sql_blank(lexer, 2);
	else
		lexer->pos += 2;
	lexer->blanked &= ~bit;
}

static void skip_marked(struct sql_lexer *lexer)
{
	struct condition condition;

	read_condition(lexer, &condition);
	if (condition.size && condition.active)
		open_executable(lexer, condition.size);
	else if (!condition.size)
		skip_block(lexer);
	else if (lexer->flow == SQL_HOLD && !lexer->rewrite)
		skip_inactive(lexer, condition.size, condition.ambiguous);
	else
		blank_inactive(lexer, condition.size);
}

bool sql_skip_comment(struct sql_lexer *lexer)
{
	if (sql_is_line_comment(lexer)) {
		skip_line_comment(lexer);
		return true;
	}
	if (lexer->open && sql_is_here(lexer, "*/")) {
		close_executable(lexer);
		return true;
	}
	if (!sql_is_here(lexer, "/*"))
		return false;
	skip_marked(lexer);
	return true;
}
