#include "os/ini.h"

#include <string.h>

#define SETTINGS_MAX 4 /* no file of ours sets more keys */
#define BLANKS       " \t\r"

struct edit {
	struct text *text;
	const struct ini_setting *settings;
	size_t count;
	bool made[SETTINGS_MAX];
	const char *indent; /* of the section's last setting */
	size_t indent_size;
};

static bool is_head(const char *line, size_t size)
{
	return size && line[strspn(line, BLANKS)] == '[';
}

static bool is_head_of(const char *line, size_t size, const char *section)
{
	size_t indent = strspn(line, BLANKS), length = strlen(section);

	return is_head(line, size) && !strncmp(line + indent + 1, section, length) &&
	       line[indent + 1 + length] == ']';
}

bool ini_has_section(const char *text, const char *section)
{
	const char *line;
	size_t size;

	while (text_next(&text, &line, &size))
		if (is_head_of(line, size, section))
			return true;
	return false;
}

static bool sets(const char *line, const char *key)
{
	size_t length = strlen(key);

	line += strspn(line, BLANKS);
	return !strncmp(line, key, length) && line[length + strspn(line + length, BLANKS)] == '=';
}

static void print_setting(struct edit *edit, size_t i)
{
	text_printf(edit->text, "%.*s%s = %s\n", (int)edit->indent_size, edit->indent,
		    edit->settings[i].key, edit->settings[i].value);
	edit->made[i] = true;
}

/* A line of the section: replaced, left out, or as it is. */
static void edit_line(struct edit *edit, const char *line, size_t size)
{
	edit->indent = line;
	edit->indent_size = strspn(line, BLANKS);
	for (size_t i = 0; i < edit->count; i++) {
		if (!edit->settings[i].value || !sets(line, edit->settings[i].key))
			continue;
		if (!edit->made[i])
			print_setting(edit, i);
		return;
	}
	text_line(edit->text, line, size);
}

static void print_rest(struct edit *edit)
{
	for (size_t i = 0; i < edit->count; i++)
		if (edit->settings[i].value && !edit->made[i])
			print_setting(edit, i);
}

static bool is_blank(const char *line, size_t size)
{
	return strspn(line, BLANKS) >= size;
}

/* From behind the section's head to the next one; blank lines before that stay last. Returns what follows. */
static const char *edit_section(struct edit *edit, const char *rest)
{
	const char *line, *next = rest, *end = rest;
	size_t size;

	for (const char *at = rest; text_next(&at, &line, &size) && !is_head(line, size); next = at)
		if (!is_blank(line, size))
			end = at;
	while (rest < end && text_next(&rest, &line, &size))
		edit_line(edit, line, size);
	print_rest(edit);
	text_add(edit->text, end, (size_t)(next - end));
	return next;
}

void ini_edit(struct text *text, const char *old, const char *section,
	      const struct ini_setting *settings, size_t count)
{
	struct edit edit = {.text = text, .settings = settings, .count = count, .indent = ""};
	bool found = false;
	const char *line;
	size_t size;

	while (old && text_next(&old, &line, &size)) {
		text_line(text, line, size);
		if (!is_head_of(line, size, section))
			continue;
		found = true;
		old = edit_section(&edit, old); /* of a second one too: the last setting counts */
	}
	if (found)
		return;
	text_printf(text, "%s[%s]\n", text->size ? "\n" : "", section);
	print_rest(&edit);
}

bool ini_retire(struct text *text, const char *old, const char *key, const char *spared)
{
	bool inside = false, any = false;
	const char *line;
	size_t size;

	while (text_next(&old, &line, &size)) {
		if (is_head(line, size))
			inside = spared && is_head_of(line, size, spared);
		if (size && !inside && sets(line, key)) {
			text_printf(text, "# old: %.*s\n", (int)size, line);
			any = true;
		} else {
			text_line(text, line, size);
		}
	}
	return any;
}
