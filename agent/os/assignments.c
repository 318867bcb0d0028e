#include "os/assignments.h"

#include <stdbool.h>
#include <string.h>

#define ASSIGNMENTS_MAX 8 /* no file of ours sets more keys */

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

static bool assigns(const char *line, size_t size, const char *key)
{
	size_t key_size = strlen(key);

	return size > key_size && !memcmp(line, key, key_size) && line[key_size] == '=';
}

void assignments_edit(struct text *text, const char *old, const struct assignment *assignments,
		      size_t count)
{
	bool made[ASSIGNMENTS_MAX] = {false};
	const char *line;
	size_t size;

	while (old && text_next(&old, &line, &size)) {
		size_t i = 0;

		while (i < count && !assigns(line, size, assignments[i].key))
			i++;
		if (i == count) {
			text_line(text, line, size);
		} else if (!made[i] && assignments[i].value) {
			assignment_print(text, assignments[i].key, assignments[i].value);
			made[i] = true;
		}
	}
	for (size_t i = 0; i < count; i++)
		if (!made[i] && assignments[i].value)
			assignment_print(text, assignments[i].key, assignments[i].value);
}
