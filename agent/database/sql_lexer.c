#include "database/sql_lexer.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/io.h"

#define HISTORY 2 /* bytes before what is held: of E'…' the E, and what is before it */
#define ROOM    (SQL_HOLD_MAX + 256 * 1024)
#define TAG_MAX 66 /* "$" and a name and "$" */
#define DIGITS  6
#define LOOK    512 /* more than any short token */

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

static void fail(struct sql_lexer *lexer, const char *why)
{
	if (!lexer->failed)
		err_set(lexer->err, ERR_DATABASE_LOAD, NULL, "line %llu: %s",
			(unsigned long long)sql_lexer_line(lexer), why);
	lexer->failed = true;
}

static void fail_io(struct sql_lexer *lexer, const char *what)
{
	if (!lexer->failed)
		err_sys(lexer->err, ERR_IO, NULL, "cannot %s the dump", what);
	lexer->failed = true;
}

/* --- the window */

static uint64_t newlines(const char *text, size_t size)
{
	const char *end = text + size;
	uint64_t count = 0;

	while ((text = memchr(text, '\n', (size_t)(end - text)))) {
		count++;
		text++;
	}
	return count;
}

uint64_t sql_lexer_line(const struct sql_lexer *lexer)
{
	uint64_t line = lexer->line;

	for (size_t i = lexer->decided; i < lexer->pos && isspace((unsigned char)lexer->data[i]);
	     i++)
		line += lexer->data[i] == '\n';
	return line;
}

static void write_decided(struct sql_lexer *lexer)
{
	if (!lexer->failed &&
	    write_all(lexer->out, lexer->data + lexer->start, lexer->decided - lexer->start))
		fail_io(lexer, "pass on");
	lexer->start = lexer->decided;
}

/* Of what is left out the newlines stay. */
static void keep_newlines(struct sql_lexer *lexer)
{
	char *to = lexer->data + lexer->decided;
	const uint64_t count = newlines(to, lexer->pos - lexer->decided);

	write_decided(lexer);
	memset(to, '\n', count);
	lexer->decided += count;
	write_decided(lexer);
	lexer->start = lexer->decided = lexer->pos;
}

static void settle(struct sql_lexer *lexer)
{
	if (lexer->flow == SQL_HOLD)
		return;
	lexer->line += newlines(lexer->data + lexer->decided, lexer->pos - lexer->decided);
	if (lexer->flow == SQL_DROP)
		keep_newlines(lexer);
	lexer->decided = lexer->pos;
}

void sql_lexer_flow(struct sql_lexer *lexer, enum sql_flow flow)
{
	settle(lexer);
	lexer->flow = flow;
}

static void make_room(struct sql_lexer *lexer)
{
	size_t keep;

	settle(lexer);
	write_decided(lexer);
	keep = lexer->decided > HISTORY ? lexer->decided - HISTORY : 0;
	memmove(lexer->data, lexer->data + keep, lexer->end - keep);
	lexer->start -= keep;
	lexer->decided -= keep;
	lexer->pos -= keep;
	lexer->end -= keep;
}

static void read_more(struct sql_lexer *lexer)
{
	ssize_t got;

	make_room(lexer);
	if (lexer->end == ROOM) {
		fail(lexer, "a statement is too long to be judged");
		return;
	}
	got = read(lexer->in, lexer->data + lexer->end, ROOM - lexer->end);
	if (got < 0 && errno != EINTR)
		fail_io(lexer, "read");
	lexer->ended |= got == 0;
	lexer->end += got > 0 ? (size_t)got : 0;
}

static inline bool has(struct sql_lexer *lexer, size_t count)
{
	while (lexer->end - lexer->pos < count && !lexer->ended && !lexer->failed)
		read_more(lexer);
	return lexer->end - lexer->pos >= count && !lexer->failed;
}

static char at(struct sql_lexer *lexer, size_t offset)
{
	return has(lexer, offset + 1) ? lexer->data[lexer->pos + offset] : '\0';
}

static bool is_here(struct sql_lexer *lexer, const char *text)
{
	const size_t size = strlen(text);

	return has(lexer, size) && !memcmp(lexer->data + lexer->pos, text, size);
}

static void blank(struct sql_lexer *lexer, size_t size)
{
	for (; size && has(lexer, 1); size--, lexer->pos++)
		if (lexer->data[lexer->pos] != '\n')
			lexer->data[lexer->pos] = ' ';
}

/* --- comments */

static void skip_line(struct sql_lexer *lexer)
{
	const char *newline;

	while (has(lexer, 1)) {
		newline = memchr(lexer->data + lexer->pos, '\n', lexer->end - lexer->pos);
		lexer->pos = newline ? (size_t)(newline - lexer->data) : lexer->end;
		if (newline)
			return;
	}
}

static bool is_line_comment(struct sql_lexer *lexer)
{
	const char c = at(lexer, 0);

	if (lexer->dialect->hash_comments && c == '#')
		return true;
	/* MySQL: "5--1" is a sum. */
	return c == '-' && at(lexer, 1) == '-' &&
	       (!lexer->dialect->hash_comments || (unsigned char)at(lexer, 2) <= ' ');
}

static void skip_block(struct sql_lexer *lexer)
{
	unsigned depth = 1;

	for (lexer->pos += 2; depth && has(lexer, 2); lexer->pos++)
		if (is_here(lexer, "*/")) {
			depth--;
			lexer->pos++;
		} else if (lexer->dialect->nested_comments && is_here(lexer, "/*")) {
			depth++;
			lexer->pos++;
		}
	if (depth)
		fail(lexer, "a comment does not end");
}

/* "!50003" or "M!100101" behind the slash and the star: its size, 0 when the comment is none; and whether this server executes it. */
static size_t read_condition(struct sql_lexer *lexer, bool *active)
{
	const bool mariadbs = at(lexer, 2) == 'M' && at(lexer, 3) == '!';
	size_t size = mariadbs ? 4 : 3, digits = 0;
	unsigned version = 0;

	if (!lexer->dialect->executable_comments || (!mariadbs && at(lexer, 2) != '!') ||
	    (mariadbs && !lexer->mariadb))
		return 0;
	for (; digits < DIGITS && isdigit((unsigned char)at(lexer, size)); size++, digits++)
		version = version * 10 + (unsigned)(at(lexer, size) - '0');
	/* MariaDB knows nothing of what came with MySQL 5.7. */
	*active = version <= lexer->version &&
		  (!lexer->mariadb || mariadbs || version < 50700 || version > 99999);
	return size;
}

/* To the server it is a comment, whatever quotes are in it; to the client they are quotes: it never sees them. */
static void skip_inactive(struct sql_lexer *lexer)
{
	const bool keep = lexer->flow == SQL_HOLD && !lexer->rewrite;

	while (has(lexer, 2) && !is_here(lexer, "*/")) {
		const char c = lexer->data[lexer->pos];

		if (keep && c && strchr("'\"`\\", c))
			fail(lexer, "quotes in a comment for a newer server, in a stored program");
		if (keep)
			lexer->pos++;
		else
			blank(lexer, 1);
	}
	if (!has(lexer, 2))
		fail(lexer, "a comment that does not end");
	else if (keep)
		lexer->pos += 2;
	else
		blank(lexer, 2);
}

static void open_executable(struct sql_lexer *lexer, size_t size, bool active)
{
	const bool rewrite = lexer->flow == SQL_HOLD && lexer->rewrite;

	if (!active) {
		skip_inactive(lexer);
		return;
	}
	if (lexer->open == SQL_NESTED_MAX) {
		fail(lexer, "too many comments within each other");
		return;
	}
	lexer->blanked |= rewrite ? 1U << lexer->open : 0;
	lexer->open++;
	if (rewrite)
		blank(lexer, size);
	else
		lexer->pos += size;
}

static void close_executable(struct sql_lexer *lexer)
{
	const unsigned bit = 1U << --lexer->open;

	if (lexer->blanked & bit)
		blank(lexer, 2);
	else
		lexer->pos += 2;
	lexer->blanked &= ~bit;
}

/* False: there is none here. */
static bool skip_comment(struct sql_lexer *lexer)
{
	bool active;
	size_t size;

	if (is_line_comment(lexer)) {
		skip_line(lexer);
		return true;
	}
	if (lexer->open && is_here(lexer, "*/")) {
		close_executable(lexer);
		return true;
	}
	if (!is_here(lexer, "/*"))
		return false;
	size = read_condition(lexer, &active);
	if (size)
		open_executable(lexer, size, active);
	else
		skip_block(lexer);
	return true;
}

/* --- quotes */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* PostgreSQL: E'…', whatever strings are. */
static bool has_escapes(const struct sql_lexer *lexer, char quote)
{
	const char *before = lexer->data + lexer->pos;

	if (strchr(lexer->dialect->names, quote))
		return false;
	return lexer->backslash ||
	       (lexer->dialect->dollar_quotes && lexer->pos >= 1 && toupper(before[-1]) == 'E' &&
		(lexer->pos < 2 || !is_word(before[-2])));
}

/* Two quotes in a row end one string and begin another, which for our purpose is the same. */
static void skip_quoted(struct sql_lexer *lexer)
{
	const char quote = lexer->data[lexer->pos];
	const char escape = has_escapes(lexer, quote) ? '\\' : quote;

	lexer->pos++;
	while (has(lexer, 1)) {
		const char *c = lexer->data + lexer->pos, *end = lexer->data + lexer->end;

		while (c < end && *c != quote && *c != escape)
			c++;
		lexer->pos = (size_t)(c - lexer->data);
		if (c == end)
			continue;
		if (*c == quote) {
			lexer->pos++;
			return;
		}
		if (!has(lexer, 2))
			break;
		lexer->pos += 2;
	}
	lexer->pos = lexer->end;
	fail(lexer, "the dump ends within quotes: it was cut off");
}

/* "$$" or "$body$" here: its size, or 0. */
static size_t tag_size(struct sql_lexer *lexer)
{
	size_t size = 1;

	if (!lexer->dialect->dollar_quotes || isdigit((unsigned char)at(lexer, 1)))
		return 0;
	while (size < TAG_MAX && is_word(at(lexer, size)) && at(lexer, size) != '$')
		size++;
	return at(lexer, size) == '$' ? size + 1 : 0;
}

static void skip_dollars(struct sql_lexer *lexer, size_t size)
{
	char tag[TAG_MAX + 2];

	memcpy(tag, lexer->data + lexer->pos, size);
	tag[size] = '\0';
	lexer->pos += size;
	while (has(lexer, size)) {
		const char *c = memchr(lexer->data + lexer->pos, '$', lexer->end - lexer->pos);

		lexer->pos = c ? (size_t)(c - lexer->data) : lexer->end;
		if (c && is_here(lexer, tag)) {
			lexer->pos += size;
			return;
		}
		lexer->pos += c != NULL;
	}
	fail(lexer, "the dump ends within quotes: it was cut off");
}

/* --- ends */

/* Not all of its text: it is one of thousands. */
static void begin_token(struct sql_token *token, enum sql_token_kind kind)
{
	token->kind = kind;
	token->sign = token->quote = *token->text = '\0';
	token->last = false;
}

/* A semicolon ends a statement for the server, whatever the client's delimiter is. */
static bool read_end(struct sql_lexer *lexer, struct sql_token *token)
{
	const bool last = is_here(lexer, lexer->delimiter);

	if (lexer->parentheses || (!last && at(lexer, 0) != ';'))
		return false;
	if (last && lexer->open)
		fail(lexer, "a statement ends within a comment");
	lexer->pos += last ? strlen(lexer->delimiter) : 1;
	begin_token(token, SQL_END);
	token->last = last;
	lexer->fresh = last;
	return true;
}

static void count_parentheses(struct sql_lexer *lexer, char sign)
{
	if (!lexer->dialect->parentheses)
		return;
	if (sign == '(')
		lexer->parentheses++;
	else if (sign == ')' && lexer->parentheses)
		lexer->parentheses--;
}

/* --- the client's own commands */

static void copy_text(struct sql_token *token, const char *text, size_t size)
{
	if (size > sizeof(token->text) - 1)
		size = sizeof(token->text) - 1;
	memcpy(token->text, text, size);
	token->text[size] = '\0';
}

/* A line up to LOOK bytes; what follows stays. */
static void read_line(struct sql_lexer *lexer, struct sql_token *token)
{
	const char *text, *newline;
	size_t size;

	has(lexer, LOOK);
	text = lexer->data + lexer->pos;
	newline = memchr(text, '\n', lexer->end - lexer->pos);
	size = newline ? (size_t)(newline - text) : lexer->end - lexer->pos;
	while (size && (text[size - 1] == '\r' || text[size - 1] == ' '))
		size--;
	copy_text(token, text, size);
}

static void make_specials(struct sql_lexer *lexer)
{
	const struct sql_dialect *dialect = lexer->dialect;
	const char *const all[] = {dialect->names,
				   dialect->strings,
				   "-/*;\\",
				   dialect->hash_comments ? "#" : "",
				   dialect->dollar_quotes ? "$" : "",
				   dialect->parentheses ? "()" : ""};

	memset(lexer->special, 0, sizeof(lexer->special));
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (const char *c = all[i]; *c; c++)
			lexer->special[(unsigned char)*c] = 1;
	lexer->special[(unsigned char)*lexer->delimiter] = 1;
}

/* "DELIMITER ;;": one that could be anything else to a server is refused. */
static void set_delimiter(struct sql_lexer *lexer, const char *line)
{
	const char *word = line + strlen("DELIMITER");
	size_t size;

	word += strspn(word, " \t");
	size = strcspn(word, " \t\r");
	if (!size || size > SQL_DELIMITER_MAX || strcspn(word, "'\"`\\#-*") < size ||
	    !lexer->line_began) {
		fail(lexer, "newroot does not understand this DELIMITER");
		return;
	}
	memcpy(lexer->delimiter, word, size);
	lexer->delimiter[size] = '\0';
	make_specials(lexer);
}

static bool is_delimiter_command(struct sql_lexer *lexer)
{
	static const char word[] = "DELIMITER";
	const size_t size = sizeof(word) - 1;

	return lexer->dialect->delimiters && has(lexer, size) &&
	       !strncasecmp(lexer->data + lexer->pos, word, size) && !is_word(at(lexer, size));
}

static bool read_command(struct sql_lexer *lexer, struct sql_token *token)
{
	const bool delimiter = is_delimiter_command(lexer);

	if (!lexer->fresh || (!delimiter && (lexer->dialect->delimiters || at(lexer, 0) != '\\')))
		return false;
	begin_token(token, SQL_COMMAND);
	read_line(lexer, token);
	if (delimiter)
		set_delimiter(lexer, token->text);
	skip_line(lexer);
	return true;
}

/* --- tokens */

static void skip_blanks(struct sql_lexer *lexer)
{
	for (; has(lexer, 1) && isspace((unsigned char)lexer->data[lexer->pos]); lexer->pos++)
		lexer->line_began |= lexer->data[lexer->pos] == '\n';
}

static bool read_comment(struct sql_lexer *lexer, struct sql_token *token)
{
	const bool began = lexer->line_began;

	begin_token(token, SQL_COMMENT);
	if (is_line_comment(lexer))
		read_line(lexer, token);
	lexer->line_began = false;
	if (skip_comment(lexer))
		return true;
	lexer->line_began = began;
	return false;
}

static void read_word(struct sql_lexer *lexer, struct sql_token *token)
{
	const char first = *lexer->delimiter;
	size_t size = 0;

	token->kind = SQL_WORD;
	for (; has(lexer, 1) && is_word(lexer->data[lexer->pos]); lexer->pos++) {
		if (lexer->data[lexer->pos] == first && is_here(lexer, lexer->delimiter))
			break;
		if (size < sizeof(token->text) - 1)
			token->text[size++] = lexer->data[lexer->pos];
	}
	token->text[size] = '\0';
}

/* The text is looked at only while the statement is held, and its bytes are there. */
static void read_quoted(struct sql_lexer *lexer, struct sql_token *token)
{
	const size_t held = lexer->pos - lexer->decided;
	const char quote = lexer->data[lexer->pos];

	token->kind = strchr(lexer->dialect->names, quote) ? SQL_NAME : SQL_STRING;
	token->quote = quote;
	token->sign = '\0';
	skip_quoted(lexer);
	if (lexer->flow == SQL_HOLD && !lexer->failed)
		copy_text(token, lexer->data + lexer->decided + held + 1,
			  lexer->pos - lexer->decided - held - 2);
}

static bool is_quote(const struct sql_lexer *lexer, char c)
{
	return c && (strchr(lexer->dialect->names, c) || strchr(lexer->dialect->strings, c));
}

static void read_token(struct sql_lexer *lexer, struct sql_token *token)
{
	const char c = at(lexer, 0);
	const size_t tag = c == '$' ? tag_size(lexer) : 0;

	lexer->fresh = lexer->line_began = false;
	begin_token(token, SQL_SIGN);
	token->sign = c;
	if (is_quote(lexer, c)) {
		read_quoted(lexer, token);
	} else if (tag) {
		token->kind = SQL_STRING;
		token->quote = '$';
		token->sign = '\0';
		skip_dollars(lexer, tag);
	} else if (is_word(c)) {
		token->sign = '\0';
		read_word(lexer, token);
	} else {
		count_parentheses(lexer, c);
		lexer->pos++;
	}
}

void sql_lexer_next(struct sql_lexer *lexer, struct sql_token *token)
{
	for (;;) {
		skip_blanks(lexer);
		begin_token(token, SQL_EOF);
		if (!has(lexer, 1) || read_end(lexer, token) || read_command(lexer, token))
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

/* True: it ends here. */
static bool skip_special(struct sql_lexer *lexer, struct sql_token *token)
{
	const char c = lexer->data[lexer->pos];
	size_t tag;

	if (is_quote(lexer, c)) {
		skip_quoted(lexer);
	} else if (read_end(lexer, token)) {
		return true;
	} else if (c == '\\') {
		fail(lexer, "a command for the client within a statement");
	} else if (c == '$' && (lexer->pos == 0 || !is_word(lexer->data[lexer->pos - 1])) &&
		   (tag = tag_size(lexer))) {
		skip_dollars(lexer, tag);
	} else if (!skip_comment(lexer)) {
		count_parentheses(lexer, c);
		lexer->pos++;
	}
	return false;
}

void sql_lexer_skip(struct sql_lexer *lexer, struct sql_token *token)
{
	begin_token(token, SQL_EOF);
	while (has(lexer, 1)) {
		const char *c = lexer->data + lexer->pos, *end = lexer->data + lexer->end;

		while (c < end && !lexer->special[(unsigned char)*c])
			c++;
		lexer->pos = (size_t)(c - lexer->data);
		if (c < end && skip_special(lexer, token))
			return;
	}
}

/* --- rows of COPY */

/* "\." alone on its line; psql takes a carriage return for blank. */
static bool is_copy_end(struct sql_lexer *lexer)
{
	return at(lexer, 0) == '\\' && at(lexer, 1) == '.' &&
	       (!has(lexer, 3) || at(lexer, 2) == '\n' ||
		(at(lexer, 2) == '\r' && at(lexer, 3) == '\n'));
}

bool sql_lexer_copy(struct sql_lexer *lexer)
{
	while (has(lexer, 1) && lexer->data[lexer->pos] != '\n') {
		if (!isspace((unsigned char)lexer->data[lexer->pos]))
			fail(lexer, "something follows COPY on its line");
		lexer->pos++;
	}
	while (has(lexer, 2)) {
		lexer->pos++; /* the newline */
		if (is_copy_end(lexer)) {
			skip_line(lexer);
			return true;
		}
		skip_line(lexer);
	}
	return false;
}

/* --- all of it */

int sql_lexer_open(struct sql_lexer *lexer)
{
	lexer->data = malloc(ROOM);
	if (!lexer->data)
		return err_set(lexer->err, ERR_MEMORY, NULL, "no memory for a dump");
	strcpy(lexer->delimiter, ";");
	lexer->fresh = lexer->line_began = true;
	lexer->line = 1;
	make_specials(lexer);
	return 0;
}

int sql_lexer_finish(struct sql_lexer *lexer)
{
	settle(lexer);
	write_decided(lexer);
	return lexer->failed ? -1 : 0;
}

void sql_lexer_close(struct sql_lexer *lexer)
{
	free(lexer->data);
	lexer->data = NULL;
}
