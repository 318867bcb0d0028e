#include "database/sql_rules.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

const char sql_unknown[] = "no statement that newroot knows from dumps";
const char sql_users[] =
	"it changes users, who come by a dump of the database of the server's own (mysql, postgres)";
const char sql_files[] = "it reads or writes files of the server";
const char sql_elsewhere[] = "it leaves its database";
const char sql_server[] = "it changes the server as a whole";

/* Not all of its text: it is one of thousands. */
void sql_statement_begin(struct sql_statement *statement, const char *database, bool system,
			 struct sql_tables *tables, struct sql_session *session)
{
	memset(statement, 0, offsetof(struct sql_statement, name));
	*statement->name = *statement->schema = '\0';
	statement->database = database;
	statement->system = system;
	statement->tables = tables;
	statement->session = session;
}

enum sql_verdict sql_refuse(struct sql_statement *statement, const char *why)
{
	statement->why = why;
	return SQL_REFUSE;
}

bool sql_is(const struct sql_token *token, const char *word)
{
	return token->kind == SQL_WORD && !strcasecmp(token->text, word);
}

bool sql_is_one_of(const struct sql_token *token, const char *const *words)
{
	for (; *words; words++)
		if (sql_is(token, *words))
			return true;
	return false;
}

bool sql_is_sign(const struct sql_token *token, char sign)
{
	return token->kind == SQL_SIGN && token->sign == sign;
}

bool sql_is_name(const struct sql_token *token)
{
	return token->kind == SQL_WORD || token->kind == SQL_NAME ||
	       (token->kind == SQL_STRING && token->quote == '"');
}

void sql_keep(char *to, const char *text)
{
	const size_t size = strnlen(text, SQL_TEXT_MAX - 1);

	memcpy(to, text, size);
	to[size] = '\0';
}

void sql_note(struct sql_statement *statement, const struct sql_token *token)
{
	snprintf(statement->last, sizeof(statement->last), "%.31s",
		 token->kind == SQL_WORD ? token->text : "");
}

struct sql_change *sql_add_change(struct sql_statement *statement, enum sql_target target)
{
	struct sql_change *change;

	if (statement->changes == SQL_CHANGES_MAX)
		return NULL;
	change = &statement->change[statement->changes++];
	*change = (struct sql_change){.target = target};
	return change;
}

void sql_add_piece(struct sql_statement *statement, const struct sql_token *token)
{
	const bool cut = strlen(token->text) >= SQL_TEXT_MAX - 1;
	struct sql_piece *piece;

	if (statement->pieces >= SQL_PIECES_MAX) {
		statement->pieces = SQL_PIECES_MAX + 1;
		return;
	}
	piece = &statement->piece[statement->pieces++];
	*piece = (struct sql_piece){.kind = token->kind, .sign = token->sign};
	snprintf(piece->text, sizeof(piece->text), "%.64s", token->text);
	piece->value.is_mode = !cut && sql_mode_read(token->text, &piece->value.mode);
}

bool sql_is_end(const struct sql_statement *statement, const struct sql_token *token)
{
	return token->kind == SQL_END && (token->last || !statement->depth);
}

enum sql_verdict sql_look_up(struct sql_statement *statement, const struct sql_token *token,
			     const struct sql_word *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!sql_is(token, words[i].word))
			continue;
		statement->why = words[i].why;
		statement->read = words[i].read;
		statement->behind_name = words[i].behind_name;
		return words[i].verdict;
	}
	return sql_refuse(statement, sql_unknown);
}
