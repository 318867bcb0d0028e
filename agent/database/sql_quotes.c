#include "database/sql_quotes.h"

#include <string.h>

#include "database/sql_window.h"

#define TAG_MAX 256 /* "$" and a name and "$"; longer ones are refused */

static const char cut_off[] = "the dump ends within quotes: it was cut off";

size_t sql_word_behind(const struct sql_lexer *lexer)
{
	size_t size = 0;

	while (size < lexer->pos && size < SQL_WORD_MAX &&
	       sql_is_letter(lexer->data[lexer->pos - size - 1]))
		size++;
	return size;
}

bool sql_is_number(const char *word, size_t size)
{
	return size && (isdigit((unsigned char)*word) || *word == '$');
}

/* --- what a backslash is in a string */

enum escapes {
	ESCAPES_NONE,    /* as any other byte */
	ESCAPES_ALL,     /* before a quote it is no end */
	ESCAPES_REFUSED, /* client and server would read it differently */
};

/*
 * PostgreSQL: E'…' whatever strings are, B'…' and X'…' likewise without. What stands before the quote is a number to some, a
 * number and a letter to others ("1E'", since 15); U&'…' is an error of the server's, but not of psql's, where strings have escapes.
 */
static enum escapes escapes_of_prefix(struct sql_lexer *lexer)
{
	const size_t size = sql_word_behind(lexer);
	const char *word = lexer->data + lexer->pos - size;
	const bool dotted = lexer->pos > size && word[-1] == '.';

	if (sql_is_number(word, size) || size == SQL_WORD_MAX ||
	    (dotted && size == 1 && strchr("eEbBxXnN", *word)))
		sql_fail(lexer, "a string directly behind a number or a long word");
	if (lexer->backslash && !size && lexer->pos >= 2 && word[-1] == '&' &&
	    toupper((unsigned char)word[-2]) == 'U')
		sql_fail(lexer, "U&'…' where strings have escapes");
	if (size == 1 && strchr("eE", *word))
		return ESCAPES_ALL;
	if (size == 1 && strchr("bBxX", *word))
		return ESCAPES_NONE;
	return lexer->backslash ? ESCAPES_ALL : ESCAPES_NONE;
}

static enum escapes escapes_here(struct sql_lexer *lexer, char quote)
{
	if (quote == *lexer->dialect->names)
		return ESCAPES_NONE;
	if (lexer->dialect->dollar_quotes)
		return escapes_of_prefix(lexer);
	if (!lexer->backslash)
		return ESCAPES_NONE;
	return lexer->ansi && quote == '"' ? ESCAPES_REFUSED : ESCAPES_ALL;
}

/* --- to its end */

/* Two quotes in a row end one string and begin another, which is the same while the other has the same escapes: `doubled`. */
static void skip_text(struct sql_lexer *lexer, char quote, enum escapes escapes, bool doubled)
{
	/* In their place a byte of zero is looked for, which is then as good as free. */
	const char none = lexer->no_nul ? '\0' : quote;
	const char escape = escapes == ESCAPES_NONE ? none : '\\';

	lexer->pos++;
	while (sql_has(lexer, 1)) {
		const char *c = lexer->data + lexer->pos, *end = lexer->data + lexer->end;

		while (c < end && *c != quote && *c != escape)
			c++;
		if (escapes != ESCAPES_NONE)
			sql_check_nul(lexer, lexer->data + lexer->pos,
				      (size_t)(c - lexer->data) - lexer->pos);
		lexer->pos = (size_t)(c - lexer->data);
		if (c == end)
			continue;
		if (!*c)
			sql_check_nul(lexer, c, 1);
		if (*c == quote && !(doubled && sql_at(lexer, 1) == quote)) {
			lexer->pos++;
			return;
		}
		if (escapes == ESCAPES_REFUSED)
			sql_fail(lexer,
				 "a backslash in double quotes while sql_mode may make them names");
		if (!sql_has(lexer, 2))
			break;
		/* Behind a backslash a client takes it for the line's end. */
		if (!lexer->data[lexer->pos + 1])
			sql_fail(lexer, "a byte of zero behind a backslash or quote");
		/* There a client leaves it out, and reads on as if it had not been. */
		if (!memcmp(lexer->data + lexer->pos, "\\\n", 2) && lexer->dialect->delimiters)
			sql_fail(lexer, "a backslash at the end of a line, within quotes");
		lexer->pos += 2;
	}
	lexer->pos = lexer->end;
	sql_fail(lexer, cut_off);
}

/* PostgreSQL joins strings on different lines, and its server reads the second as it does the first; psql does so since 13. */
static void refuse_joined(struct sql_lexer *lexer)
{
	bool newline = false, comment = false;
	size_t i = 0;

	for (;; i++) {
		const char c = sql_at(lexer, i);

		newline |= c == '\n' || c == '\r';
		comment = (comment && c != '\n' && c != '\r') ||
			  (c == '-' && sql_at(lexer, i + 1) == '-');
		if ((!comment && !isspace((unsigned char)c)) || i == SQL_LOOK)
			break;
	}
	if (newline && (i == SQL_LOOK || sql_at(lexer, i) == '\''))
		sql_fail(lexer, "a string that goes on in another line");
}

void sql_skip_quoted(struct sql_lexer *lexer)
{
	const char quote = lexer->data[lexer->pos];
	const enum escapes escapes = escapes_here(lexer, quote);
	const bool unlike = lexer->dialect->dollar_quotes && quote == '\'' &&
			    (escapes == ESCAPES_ALL) != lexer->backslash;

	skip_text(lexer, quote, escapes, unlike && escapes == ESCAPES_ALL);
	if (unlike && !lexer->failed)
		refuse_joined(lexer);
}

/* --- PostgreSQL's dollars */

static size_t tag_size(struct sql_lexer *lexer)
{
	size_t size = 1;

	if (!lexer->dialect->dollar_quotes || isdigit((unsigned char)sql_at(lexer, 1)))
		return 0;
	while (size < TAG_MAX && sql_is_letter(sql_at(lexer, size)) && sql_at(lexer, size) != '$')
		size++;
	if (size == TAG_MAX)
		sql_fail(lexer, "the mark of a string in dollars is too long");
	return sql_at(lexer, size) == '$' ? size + 1 : 0;
}

bool sql_skip_dollars(struct sql_lexer *lexer)
{
	const size_t size = tag_size(lexer);
	char tag[TAG_MAX + 2];

	if (!size)
		return false;
	memcpy(tag, lexer->data + lexer->pos, size);
	tag[size] = '\0';
	lexer->pos += size;
	while (sql_has(lexer, size)) {
		const char *c = memchr(lexer->data + lexer->pos, '$', lexer->end - lexer->pos);

		sql_check_nul(lexer, lexer->data + lexer->pos,
			      (c ? (size_t)(c - lexer->data) : lexer->end) - lexer->pos);
		lexer->pos = c ? (size_t)(c - lexer->data) : lexer->end;
		if (c && sql_is_here(lexer, tag)) {
			lexer->pos += size;
			return true;
		}
		lexer->pos += c != NULL;
	}
	sql_fail(lexer, cut_off);
	return true;
}
