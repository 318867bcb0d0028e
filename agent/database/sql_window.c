#include "database/sql_window.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

#define HISTORY SQL_WORD_MAX /* bytes before what is held: of E'…' the E, and what is before it */
#define ROOM    (SQL_HOLD_MAX + 256 * 1024)

static const char delimiter[] = "DELIMITER";

int sql_window_open(struct sql_lexer *lexer)
{
	lexer->data = malloc(ROOM);
	if (!lexer->data)
		return err_set(lexer->err, ERR_MEMORY, NULL, "no memory for a dump");
	lexer->line = 1;
	lexer->matched = lexer->dialect->delimiters; /* as behind a newline */
	return 0;
}

void sql_fail(struct sql_lexer *lexer, const char *why)
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

uint64_t sql_lexer_line(const struct sql_lexer *lexer)
{
	uint64_t line = lexer->line;

	for (size_t i = lexer->decided; i < lexer->pos && isspace((unsigned char)lexer->data[i]);
	     i++)
		line += lexer->data[i] == '\n';
	return line;
}

/* --- lines of what is decided */

/*
 * A line that begins with DELIMITER loses its newline in the client (mysql.cc, add_line), wherever it is: its end and the next
 * line become one, and may be a comment or a word that is not here. `matched` counts from the newline on, across windows.
 */
static void match_delimiter(struct sql_lexer *lexer, const char *text, size_t size)
{
	for (; lexer->matched && size; text++, size--) {
		const bool goes_on = toupper((unsigned char)*text) == delimiter[lexer->matched - 1];

		lexer->matched = goes_on ? lexer->matched + 1 : 0;
		if (lexer->matched == sizeof(delimiter)) {
			lexer->delimiters_named++;
			lexer->matched = 0;
		}
	}
}

static uint64_t count_newlines(struct sql_lexer *lexer, const char *text, size_t size)
{
	const char *end = text + size;
	uint64_t count = 0;

	if (lexer->matched)
		match_delimiter(lexer, text, size);
	while ((text = memchr(text, '\n', (size_t)(end - text)))) {
		count++;
		text++;
		if (lexer->dialect->delimiters) {
			lexer->matched = 1;
			match_delimiter(lexer, text, (size_t)(end - text));
		}
	}
	return count;
}

static void check_lines(struct sql_lexer *lexer)
{
	if (lexer->delimiters_named > lexer->delimiters_taken)
		sql_fail(
			lexer,
			"a line that begins with DELIMITER within a statement, which the client joins with the next one");
}

static void write_decided(struct sql_lexer *lexer)
{
	if (!lexer->failed &&
	    write_all(lexer->out, lexer->data + lexer->start, lexer->decided - lexer->start))
		fail_io(lexer, "pass on");
	lexer->start = lexer->decided;
}

/* Of what is left out the newlines stay. */
static void keep_newlines(struct sql_lexer *lexer, uint64_t count)
{
	write_decided(lexer);
	memset(lexer->data + lexer->decided, '\n', count);
	lexer->decided += count;
	write_decided(lexer);
	lexer->start = lexer->decided = lexer->pos;
}

void sql_settle(struct sql_lexer *lexer)
{
	const char *text = lexer->data + lexer->decided;
	const size_t size = lexer->pos - lexer->decided;
	uint64_t count;

	if (lexer->flow == SQL_HOLD || !size)
		return;
	count = count_newlines(lexer, text, size);
	check_lines(lexer);
	lexer->line += count;
	if (lexer->flow == SQL_DROP)
		keep_newlines(lexer, count);
	lexer->decided = lexer->pos;
}

void sql_lexer_flow(struct sql_lexer *lexer, enum sql_flow flow)
{
	sql_settle(lexer);
	lexer->flow = flow;
}

int sql_lexer_finish(struct sql_lexer *lexer)
{
	sql_settle(lexer);
	write_decided(lexer);
	return lexer->failed ? -1 : 0;
}

/* --- reading */

static void make_room(struct sql_lexer *lexer)
{
	size_t keep;

	sql_settle(lexer);
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
		sql_fail(lexer, "a statement is too long to be judged");
		return;
	}
	got = read(lexer->in, lexer->data + lexer->end, ROOM - lexer->end);
	if (got < 0 && errno != EINTR)
		fail_io(lexer, "read");
	lexer->ended |= got == 0;
	lexer->end += got > 0 ? (size_t)got : 0;
}

bool sql_read(struct sql_lexer *lexer, size_t count)
{
	while (lexer->end - lexer->pos < count && !lexer->ended && !lexer->failed)
		read_more(lexer);
	return lexer->end - lexer->pos >= count && !lexer->failed;
}

bool sql_is_here(struct sql_lexer *lexer, const char *text)
{
	const size_t size = strlen(text);

	return sql_has(lexer, size) && !memcmp(lexer->data + lexer->pos, text, size);
}

void sql_blank(struct sql_lexer *lexer, size_t size)
{
	for (; size && sql_has(lexer, 1); size--, lexer->pos++)
		if (lexer->data[lexer->pos] != '\n')
			lexer->data[lexer->pos] = ' ';
}

void sql_check_nul(struct sql_lexer *lexer, const char *text, size_t size)
{
	if (lexer->no_nul && memchr(text, '\0', size))
		sql_fail(lexer, "a byte of zero, at which the client would cut its line off");
}

void sql_skip_line(struct sql_lexer *lexer)
{
	const char *newline;

	while (sql_has(lexer, 1)) {
		newline = memchr(lexer->data + lexer->pos, '\n', lexer->end - lexer->pos);
		lexer->pos = newline ? (size_t)(newline - lexer->data) : lexer->end;
		if (newline)
			return;
	}
}

bool sql_lexer_line_ends(struct sql_lexer *lexer)
{
	size_t i = 0;
	char c;

	while ((c = sql_at(lexer, i)) && c != '\n' && isspace((unsigned char)c) && i < SQL_LOOK)
		i++;
	return !c || c == '\n';
}
