#include "database/sql_client.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "database/sql_quotes.h"
#include "database/sql_window.h"

/* --- DELIMITER */

/* To the client it ends at a blank, and nothing else: neither at a tab nor at a carriage return, which it keeps in its binary mode. */
static void blank_tabs(struct sql_lexer *lexer, size_t size)
{
	for (size_t i = 0; i < size || sql_at(lexer, i) == '\r'; i++)
		if (lexer->data[lexer->pos + i] == '\t' || lexer->data[lexer->pos + i] == '\r')
			lexer->data[lexer->pos + i] = ' ';
}

/* What could be anything else to a server, or a part of it, is none. */
static bool is_delimiter(const char *word, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!isgraph((unsigned char)word[i]) || isdigit((unsigned char)word[i]) ||
		    strchr("'\"`\\#-*!", word[i]))
			return false;
	return size && size <= SQL_DELIMITER_MAX;
}

void sql_set_delimiter(struct sql_lexer *lexer, const char *line)
{
	const char *word = line + strlen("DELIMITER");
	size_t size;

	blank_tabs(lexer, strlen(line));
	word += strspn(word, " \t");
	size = strcspn(word, " \t\r");
	if (!is_delimiter(word, size) || word == line + strlen("DELIMITER") || !lexer->line_began) {
		sql_fail(lexer, "newroot does not understand this DELIMITER");
		return;
	}
	if (!lexer->clean)
		sql_fail(
			lexer,
			"the client would not see this DELIMITER, for a comment or blanks before it");
	lexer->delimiters_taken += !lexer->indented;
	memcpy(lexer->delimiter, word, size);
	lexer->delimiter[size] = '\0';
}

bool sql_is_delimiter_command(struct sql_lexer *lexer)
{
	static const char word[] = "DELIMITER";
	const size_t size = sizeof(word) - 1;

	return lexer->dialect->delimiters && sql_has(lexer, size) &&
	       !strncasecmp(lexer->data + lexer->pos, word, size) &&
	       !sql_is_letter(sql_at(lexer, size));
}

/* --- psql's variables */

/* psql puts the values of its variables, which are written in capitals, where ":NAME" is; others have none. */
static bool is_variable(const char *name, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (islower((unsigned char)name[i]) || (unsigned char)name[i] >= 0x80)
			return false;
	return size && !isdigit((unsigned char)*name);
}

/* Of others it takes the whole for text: what they would begin, such as E'…', is nothing to it, but to the server. */
void sql_check_variable(struct sql_lexer *lexer)
{
	const char quote = sql_at(lexer, 1);
	const size_t first = sql_is_quote(lexer, quote) ? 2 : 1;
	size_t size = 0;
	char c;

	while ((c = sql_at(lexer, first + size)) && c != '$' && sql_is_letter(c) &&
	       size < SQL_WORD_MAX)
		size++;
	if (quote == '{' || size == SQL_WORD_MAX ||
	    is_variable(lexer->data + lexer->pos + first, size) ||
	    (first == 1 && size && c && strchr("'\"$&", c)))
		sql_fail(lexer, "a variable of psql's");
}

/* --- rows of COPY */

/* "\." alone on its line; psql takes a carriage return for blank. */
static bool is_copy_end(struct sql_lexer *lexer)
{
	return sql_at(lexer, 0) == '\\' && sql_at(lexer, 1) == '.' &&
	       (!sql_has(lexer, 3) || sql_at(lexer, 2) == '\n' ||
		(sql_at(lexer, 2) == '\r' && sql_at(lexer, 3) == '\n'));
}

static bool skip_rows(struct sql_lexer *lexer)
{
	while (sql_has(lexer, 2)) {
		lexer->pos++; /* the newline */
		if (is_copy_end(lexer)) {
			sql_skip_line(lexer);
			return true;
		}
		sql_skip_line(lexer);
	}
	return false;
}

bool sql_lexer_copy(struct sql_lexer *lexer)
{
	while (sql_has(lexer, 1) && lexer->data[lexer->pos] != '\n') {
		if (!isspace((unsigned char)lexer->data[lexer->pos]))
			sql_fail(lexer, "something follows COPY on its line");
		lexer->pos++;
	}
	return skip_rows(lexer);
}
