#include "database/sql_lexer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "database/sql_client.h"
#include "database/sql_comments.h"
#include "database/sql_quotes.h"
#include "database/sql_window.h"

const struct sql_dialect sql_mysql = {
	.names = "`",
	.strings = "'\"",
	.hash_comments = true,
	.executable_comments = true,
	.delimiters = true,
};

const struct sql_dialect sql_postgresql = {
	.names = "\"",
	.strings = "'",
	.nested_comments = true,
	.dollar_quotes = true,
	.parentheses = true,
};

/* --- what skipping stops at */

static void make_specials(struct sql_lexer *lexer)
{
	const struct sql_dialect *dialect = lexer->dialect;
	const char *const all[] = {"-/*;\\:", dialect->hash_comments ? "#" : "",
				   dialect->dollar_quotes ? "$" : "",
				   dialect->parentheses ? "()" : ""};

	memset(lexer->special, 0, sizeof(lexer->special));
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (const char *c = all[i]; *c; c++)
			lexer->special[(unsigned char)*c] = 1;
	lexer->special[(unsigned char)*lexer->delimiter] = 1;
	lexer->special[0] = lexer->no_nul;
	for (const char *c = dialect->strings; *c; c++)
		lexer->special[(unsigned char)*c] = SQL_QUOTE;
	lexer->special[(unsigned char)*dialect->names] = SQL_QUOTE;
}

/* --- ends */

/* Not all of its text: it is one of thousands. */
static void begin_token(struct sql_token *token, enum sql_token_kind kind)
{
	token->kind = kind;
	token->sign = token->quote = *token->text = '\0';
	token->last = false;
}

static void copy_text(struct sql_token *token, const char *text, size_t size)
{
	if (size > sizeof(token->text) - 1)
		size = sizeof(token->text) - 1;
	memcpy(token->text, text, size);
	token->text[size] = '\0';
}

/* A line up to SQL_LOOK bytes; what follows stays. */
static void read_line(struct sql_lexer *lexer, struct sql_token *token)
{
	const char *text, *newline;
	size_t size;

	sql_has(lexer, SQL_LOOK);
	text = lexer->data + lexer->pos;
	newline = memchr(text, '\n', lexer->end - lexer->pos);
	size = newline ? (size_t)(newline - text) : lexer->end - lexer->pos;
	while (size && (text[size - 1] == '\r' || text[size - 1] == ' '))
		size--;
	copy_text(token, text, size);
}

/* A semicolon ends a statement for the server, whatever the client's delimiter is. */
static bool read_end(struct sql_lexer *lexer, struct sql_token *token)
{
	const bool last = sql_is_here(lexer, lexer->delimiter);

	if (lexer->parentheses || (!last && sql_at(lexer, 0) != ';'))
		return false;
	if (last && lexer->open)
		sql_fail(lexer, "a statement ends within a comment");
	lexer->pos += last ? strlen(lexer->delimiter) : 1;
	begin_token(token, SQL_END);
	token->last = last;
	lexer->fresh = lexer->clean = last;
	lexer->line_began = false;
	return true;
}

static bool read_command(struct sql_lexer *lexer, struct sql_token *token)
{
	const bool delimiter = sql_is_delimiter_command(lexer);

	if (!lexer->fresh ||
	    (!delimiter && (lexer->dialect->delimiters || sql_at(lexer, 0) != '\\')))
		return false;
	begin_token(token, SQL_COMMAND);
	read_line(lexer, token);
	if (delimiter) {
		sql_set_delimiter(lexer, token->text);
		make_specials(lexer);
	}
	sql_skip_line(lexer);
	return true;
}

/* --- signs */

static void read_colon(struct sql_lexer *lexer)
{
	const char next = sql_at(lexer, 1);

	lexer->assigned |= next == '=';
	if (lexer->dialect->dollar_quotes && next != ':' && next != '=')
		sql_check_variable(lexer);
	lexer->pos += lexer->dialect->dollar_quotes && (next == ':' || next == '=') ? 2 : 1;
}

static void read_sign(struct sql_lexer *lexer, char sign)
{
	if (sign == ':') {
		read_colon(lexer);
		return;
	}
	if (!sign)
		sql_check_nul(lexer, &sign, 1);
	if (lexer->dialect->parentheses && sign == '(')
		lexer->parentheses++;
	else if (lexer->dialect->parentheses && sign == ')' && lexer->parentheses)
		lexer->parentheses--;
	lexer->pos++;
}

/* --- tokens */

static void skip_blanks(struct sql_lexer *lexer)
{
	for (; sql_has(lexer, 1) && isspace((unsigned char)lexer->data[lexer->pos]); lexer->pos++) {
		if (lexer->data[lexer->pos] != '\n') {
			lexer->indented |= lexer->line_began;
			continue;
		}
		/* A line of blanks is text that the client keeps. */
		lexer->clean &= !lexer->line_began || !lexer->indented;
		lexer->line_began = true;
		lexer->indented = false;
	}
}

/* What the client has done with when it is behind it: the comment that is a line, or follows a statement's end in it. */
static void stay_clean(struct sql_lexer *lexer, bool is_line)
{
	lexer->clean &= is_line && (!lexer->line_began || !lexer->indented);
}

static bool read_comment(struct sql_lexer *lexer, struct sql_token *token)
{
	const bool is_line = sql_is_line_comment(lexer), began = lexer->line_began,
		   clean = lexer->clean;

	begin_token(token, SQL_COMMENT);
	if (is_line)
		read_line(lexer, token);
	stay_clean(lexer, is_line);
	lexer->line_began = false;
	if (sql_skip_comment(lexer))
		return true;
	lexer->line_began = began;
	lexer->clean = clean;
	return false;
}

static void read_word(struct sql_lexer *lexer, struct sql_token *token)
{
	const char first = *lexer->delimiter;
	size_t size = 0, dollars = 0;

	token->kind = SQL_WORD;
	for (; sql_has(lexer, 1) && sql_is_letter(lexer->data[lexer->pos]); lexer->pos++) {
		if (lexer->data[lexer->pos] == first && sql_is_here(lexer, lexer->delimiter))
			break;
		dollars += size && lexer->data[lexer->pos] == '$';
		if (size < sizeof(token->text) - 1)
			token->text[size++] = lexer->data[lexer->pos];
	}
	token->text[size] = '\0';
	if (lexer->dialect->dollar_quotes && dollars && sql_is_number(token->text, size))
		sql_fail(lexer, "a dollar directly behind a number");
}

/* The text is looked at only while the statement is held, and its bytes are there. */
static void read_quoted(struct sql_lexer *lexer, struct sql_token *token)
{
	const size_t held = lexer->pos - lexer->decided;
	const char quote = lexer->data[lexer->pos];

	token->kind = strchr(lexer->dialect->names, quote) ? SQL_NAME : SQL_STRING;
	token->quote = quote;
	token->sign = '\0';
	sql_skip_quoted(lexer);
	if (lexer->flow == SQL_HOLD && !lexer->failed)
		copy_text(token, lexer->data + lexer->decided + held + 1,
			  lexer->pos - lexer->decided - held - 2);
}

static void read_token(struct sql_lexer *lexer, struct sql_token *token)
{
	const char c = sql_at(lexer, 0);

	lexer->fresh = lexer->line_began = false;
	begin_token(token, SQL_SIGN);
	token->sign = c;
	if (sql_is_quote(lexer, c)) {
		read_quoted(lexer, token);
	} else if (c == '$' && sql_skip_dollars(lexer)) {
		token->kind = SQL_STRING;
		token->quote = '$';
		token->sign = '\0';
	} else if (sql_is_letter(c)) {
		token->sign = '\0';
		read_word(lexer, token);
	} else {
		read_sign(lexer, c);
	}
}

void sql_lexer_next(struct sql_lexer *lexer, struct sql_token *token)
{
	for (;;) {
		skip_blanks(lexer);
		begin_token(token, SQL_EOF);
		if (!sql_has(lexer, 1) || read_end(lexer, token) || read_command(lexer, token))
			break;
		if (!read_comment(lexer, token)) {
			read_token(lexer, token);
			break;
		}
		if (lexer->fresh && !lexer->open)
			break;
	}
	if (lexer->failed)
		token->kind = SQL_EOF;
}

/* --- the rest of a statement */

/* Within a word it is a letter; which words are none, programs of different years do not agree about. */
static void skip_dollar(struct sql_lexer *lexer)
{
	const size_t size = sql_word_behind(lexer);

	if (size == SQL_WORD_MAX || sql_is_number(lexer->data + lexer->pos - size, size))
		sql_fail(lexer, "a dollar directly behind a number or a long word");
	if (size || !sql_skip_dollars(lexer))
		lexer->pos++;
}

/* True: it ends here. */
static bool skip_special(struct sql_lexer *lexer, struct sql_token *token)
{
	const char c = lexer->data[lexer->pos];

	if (sql_is_quote(lexer, c))
		sql_skip_quoted(lexer);
	else if (read_end(lexer, token))
		return true;
	else if (c == '\\')
		sql_fail(lexer, "a command for the client within a statement");
	else if (c == '$' && lexer->dialect->dollar_quotes)
		skip_dollar(lexer);
	else if (!sql_skip_comment(lexer))
		read_sign(lexer, c);
	return false;
}

void sql_lexer_skip(struct sql_lexer *lexer, struct sql_token *token)
{
	begin_token(token, SQL_EOF);
	while (sql_has(lexer, 1)) {
		const char *c = lexer->data + lexer->pos, *end = lexer->data + lexer->end;

		while (c < end && !lexer->special[(unsigned char)*c])
			c++;
		lexer->pos = (size_t)(c - lexer->data);
		if (c < end && skip_special(lexer, token))
			return;
	}
}

/* --- all of it */

int sql_lexer_open(struct sql_lexer *lexer)
{
	if (sql_window_open(lexer))
		return -1;
	strcpy(lexer->delimiter, ";");
	lexer->fresh = lexer->line_began = lexer->clean = true;
	make_specials(lexer);
	return 0;
}

void sql_lexer_close(struct sql_lexer *lexer)
{
	free(lexer->data);
	lexer->data = NULL;
}
