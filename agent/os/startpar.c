#include "os/startpar.h"

#include <string.h>

#define TARGETS "TARGETS = "

static bool begins_with(const char *line, size_t size, const char *text)
{
	size_t length = strlen(text);

	return size >= length && !memcmp(line, text, length);
}

static bool is_rule_of(const char *line, size_t size, const char *name)
{
	return begins_with(line, size, name) && size > strlen(name) && line[strlen(name)] == ':';
}

static bool is_target(const char *makefile, const char *name)
{
	const char *line;
	size_t size;

	while (text_next(&makefile, &line, &size)) {
		const char *word = line + strlen(TARGETS);

		if (!begins_with(line, size, TARGETS))
			continue;
		for (size_t length; word < line + size; word += length + 1) {
			length = strcspn(word, " \n");
			if (length == strlen(name) && !memcmp(word, name, length))
				return true;
		}
	}
	return false;
}

/* insserv(8) writes it always; startpar(8) starts nothing by a file without. */
static bool has_targets(const char *makefile)
{
	const char *line;
	size_t size;

	while (text_next(&makefile, &line, &size))
		if (begins_with(line, size, TARGETS))
			return true;
	return false;
}

static void add_target(struct text *text, const char *old, const char *name, const char *next)
{
	const char *line, *waits = "";
	size_t size, waits_size = 0;

	while (text_next(&old, &line, &size)) {
		bool targets = begins_with(line, size, TARGETS);
		bool before = next && is_rule_of(line, size, next);

		text_add(text, line, size);
		if (before || (targets && !next)) {
			waits = line + (before ? strlen(next) + strlen(":") : strlen(TARGETS));
			waits += strspn(waits, " ");
			waits_size = size - (size_t)(waits - line);
		}
		if (before || targets)
			text_printf(text, " %s", name);
		text_add(text, "\n", 1);
	}
	text_printf(text, "%s: %.*s\n", name, (int)waits_size, waits);
}

int startpar_add(struct changes *changes, const char *file, const char *name, const char *next,
		 struct err *err)
{
	struct text text = {.arena = changes->arena};
	const char *old;

	if (changes_text(changes, file, &old, err))
		return -1;
	if (!old || !has_targets(old) || is_target(old, name))
		return 0;
	add_target(&text, old, name, next);
	changes_edit(changes, file, &text);
	return 0;
}
