#include "os/unit_file.h"

#include <string.h>

#include "os/text.h"

#define BLANKS          " \t\r"
#define BOM             "\xef\xbb\xbf" /* systemd passes over it at the beginning of a file */
#define NAME_LENGTH_MAX 255            /* UNIT_NAME_MAX of systemd, without the NUL */

static bool is_comment(const char *line, size_t size)
{
	const size_t blanks = strspn(line, BLANKS);

	return blanks < size && strchr("#;", line[blanks]);
}

/* A line, with those that continue it; comments in between do not end it. False: there is none. */
static bool next_line(struct unit_file *file, char **whole)
{
	struct text text = {.arena = file->arena};
	const char *line;
	size_t size;
	bool any = false;

	while (text_next(&file->rest, &line, &size)) {
		bool more;

		if (is_comment(line, size))
			continue;
		any = true;
		while (size && line[size - 1] == '\r')
			size--;
		more = size && line[size - 1] == '\\';
		text_add(&text, line, more ? size - 1 : size);
		if (!more)
			break;
		text_add(&text, " ", 1);
	}
	*whole = text.data;
	return any;
}

/* In place. */
static char *strip(char *text)
{
	size_t size;

	text += strspn(text, BLANKS);
	for (size = strlen(text); size && strchr(BLANKS, text[size - 1]); size--)
		text[size - 1] = '\0';
	return text;
}

static void enter_section(struct unit_file *file, char *line)
{
	const size_t size = strlen(line);

	file->section = NULL; /* one that is malformed begins none */
	if (line[size - 1] != ']')
		return;
	line[size - 1] = '\0';
	file->section = line + 1;
}

bool unit_file_next(struct unit_file *file)
{
	char *line, *equals;

	if (!strncmp(file->rest, BOM, strlen(BOM)))
		file->rest += strlen(BOM);
	while (next_line(file, &line)) {
		line = strip(line);
		if (line[0] == '[') {
			enter_section(file, line);
			continue;
		}
		equals = strchr(line, '=');
		if (!equals)
			continue;
		*equals = '\0';
		file->key = strip(line);
		file->value = strip(equals + 1);
		return true;
	}
	return false;
}

const char *unit_file_word(const char **value, struct arena *arena)
{
	struct text word = {.arena = arena};
	char quote = '\0';

	*value += strspn(*value, BLANKS);
	if (!**value)
		return NULL;
	text_add(&word, "", 0);
	for (; **value && (quote || !strchr(BLANKS, **value)); ++*value) {
		if (quote ? **value == quote : **value == '"' || **value == '\'')
			quote = quote ? '\0' : **value;
		else
			text_add(&word, *value, 1);
	}
	return word.data;
}

bool unit_name_is_valid(const char *name)
{
	static const char characters[] = "0123456789abcdefghijklmnopqrstuvwxyz"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ:-_.\\@";
	static const char *const suffixes[] = {".service", ".socket",    ".target", ".device",
					       ".mount",   ".automount", ".swap",   ".timer",
					       ".path",    ".slice",     ".scope"};
	const char *dot = strrchr(name, '.');

	if (!dot || dot == name || strlen(name) > NAME_LENGTH_MAX ||
	    strspn(name, characters) != strlen(name))
		return false;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
		if (!strcmp(dot, suffixes[i]))
			return true;
	return false;
}
