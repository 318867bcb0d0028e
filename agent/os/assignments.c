#include "os/assignments.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define ASSIGNMENTS_MAX 8 /* no file of ours sets more keys */
#define BLANKS          " \t"
#define EXPORT          "export "

void assignment_print(struct text *text, const char *key, const char *value)
{
	text_printf(text, "%s=\"", key);
	for (const char *c = value; *c; c++) {
		if (strchr("\"\\$`", *c))
			text_add(text, "\\", 1);
		text_add(text, c, 1);
	}
	text_add(text, "\"\n", 2);
}

static bool is_name(char c)
{
	return c == '_' || isalnum((unsigned char)c);
}

/* Behind the equals sign of "KEY=" that the line begins with, as a shell has it; NULL: it does not. */
static const char *value_of(const char *line, const char *key)
{
	const size_t size = strlen(key);

	line += strspn(line, BLANKS);
	if (!strncmp(line, EXPORT, strlen(EXPORT)))
		line += strlen(EXPORT) + strspn(line + strlen(EXPORT), BLANKS);
	return !strncmp(line, key, size) && line[size] == '=' ? line + size + 1 : NULL;
}

/* One character of a shell's, with what it quotes; `*quote` is the one that is open, or NUL. */
static const char *step(const char *at, char *quote)
{
	if (*at == '\\' && *quote != '\'' && at[1])
		return at + 2;
	if (*quote ? *at == *quote : *at == '"' || *at == '\'')
		*quote = *quote ? '\0' : *at;
	return at + 1;
}

/* The end of a shell's word, which may go over several lines within quotes. A quote that nothing closes ends with its line. */
static const char *word_end(const char *word)
{
	const char *at = word;
	char quote = '\0';

	while (*at && (quote || !strchr(BLANKS ";&|\n", *at)))
		at = step(at, &quote);
	return quote ? strchrnul(word, '\n') : at;
}

/* The end of the line, and of those that its quotes and backslashes make one with it. A quote that nothing closes is none. */
static const char *command_end(const char *line)
{
	const char *at = line;
	char quote = '\0';

	while (*at && (quote || *at != '\n')) {
		if (!quote && *at == '#' && (at == line || strchr(BLANKS, at[-1])))
			return strchrnul(at, '\n');
		at = step(at, &quote);
	}
	return quote ? strchrnul(line, '\n') : at;
}

/* Behind the line on which the value ends; NULL: other commands are there, too. */
static const char *line_behind(const char *value)
{
	const char *rest = word_end(value);

	rest += strspn(rest, BLANKS ";\r");
	if (*rest == '#')
		rest = strchrnul(rest, '\n');
	if (*rest && *rest != '\n')
		return NULL;
	return *rest ? rest + 1 : rest;
}

/* Anywhere in a command: "[ -z "$x" ] && KEY=y". */
static bool may_assign(const char *line, size_t size, const char *key)
{
	const size_t key_size = strlen(key);
	const char *end = line + size;

	if (line[strspn(line, BLANKS)] == '#')
		return false;
	for (const char *at = line;
	     at < end && (at = memmem(at, (size_t)(end - at), key, key_size)); at++)
		if (at + key_size < end && at[key_size] == '=' && (at == line || !is_name(at[-1])))
			return true;
	return false;
}

struct edit {
	struct text *text;
	const struct assignment *assignments;
	size_t count;
	bool made[ASSIGNMENTS_MAX];
	bool undone[ASSIGNMENTS_MAX]; /* what stands behind ours may assign it again */
};

static void print_ours(struct edit *edit, size_t i)
{
	assignment_print(edit->text, edit->assignments[i].key, edit->assignments[i].value);
	edit->made[i] = true;
	edit->undone[i] = false;
}

/* One that is ours: its place is taken, or it goes. Returns what follows; NULL: none of ours. */
static const char *replace(struct edit *edit, const char *line)
{
	for (size_t i = 0; i < edit->count; i++) {
		const char *value = value_of(line, edit->assignments[i].key);
		const char *rest = value ? line_behind(value) : NULL;

		if (!rest)
			continue;
		if (!edit->made[i] && edit->assignments[i].value)
			print_ours(edit, i);
		return rest;
	}
	return NULL;
}

/* Returns what follows. */
static const char *keep(struct edit *edit, const char *line)
{
	const char *end = command_end(line);
	const size_t size = (size_t)(end - line);

	text_line(edit->text, line, size);
	for (size_t i = 0; i < edit->count; i++)
		edit->undone[i] |= may_assign(line, size, edit->assignments[i].key);
	return *end ? end + 1 : end;
}

void assignments_edit(struct text *text, const char *old, const struct assignment *assignments,
		      size_t count)
{
	struct edit edit = {.text = text, .assignments = assignments, .count = count};

	while (old && *old) {
		const char *rest = replace(&edit, old);

		old = rest ? rest : keep(&edit, old);
	}
	for (size_t i = 0; i < count; i++)
		if (assignments[i].value && (!edit.made[i] || edit.undone[i]))
			print_ours(&edit, i);
}
