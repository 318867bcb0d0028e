/* For the lexer's own files: the part of a dump that is in memory. It is read, held, changed and written here, and looked at here. */
#ifndef NEWROOT_DATABASE_SQL_WINDOW_H
#define NEWROOT_DATABASE_SQL_WINDOW_H

#include <ctype.h>

#include "database/sql_lexer.h"

#define SQL_QUOTE 2   /* in lexer->special; others that skipping stops at are 1 */
#define SQL_LOOK  512 /* bytes; more than any short token */

/* Errors: ERR_MEMORY. */
int sql_window_open(struct sql_lexer *lexer);
/* ERR_DATABASE_LOAD with the line, unless it has failed already. */
void sql_fail(struct sql_lexer *lexer, const char *why);
/* Reads until `count` bytes are behind `pos`. False: there are fewer, or it failed. */
bool sql_read(struct sql_lexer *lexer, size_t count);
/* What was read until here is decided as the flow says. */
void sql_settle(struct sql_lexer *lexer);
/* Fails when there is a byte of zero that the client does not take. */
void sql_check_nul(struct sql_lexer *lexer, const char *text, size_t size);
/* Up to the newline, which stays. */
void sql_skip_line(struct sql_lexer *lexer);
/* `size` bytes become blanks, newlines stay. */
void sql_blank(struct sql_lexer *lexer, size_t size);
bool sql_is_here(struct sql_lexer *lexer, const char *text);

static inline bool sql_has(struct sql_lexer *lexer, size_t count)
{
	if (lexer->end - lexer->pos < count)
		return sql_read(lexer, count);
	return !lexer->failed;
}

/* '\0' beyond the end. */
static inline char sql_at(struct sql_lexer *lexer, size_t offset)
{
	return sql_has(lexer, offset + 1) ? lexer->data[lexer->pos + offset] : '\0';
}

static inline bool sql_is_quote(const struct sql_lexer *lexer, char c)
{
	return lexer->special[(unsigned char)c] == SQL_QUOTE;
}

/* A letter of a word or number. */
static inline bool sql_is_letter(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

#endif
