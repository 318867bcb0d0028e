#include "database/server_options.h"

#include <string.h>

#include "base/child.h"
#include "base/limits.h"

/* Lines "--read_only=1": '_' is as good as '-'. The value, or NULL. */
static const char *value_of(char *line, const char *name)
{
	char *value = strchr(line, '=');

	if (!value || strncmp(line, "--", 2) != 0)
		return NULL;
	*value++ = '\0';
	for (char *c = line; *c; c++)
		*c = *c == '_' ? '-' : *c;
	return strcmp(line + 2, name) ? NULL : value;
}

int server_option(const char *name, const char **value, struct arena *arena)
{
	static const char *const argv[] = {"my_print_defaults", "mysqld",   "server",
					   "mariadb",           "mariadbd", NULL};
	char *answer = arena_alloc(arena, DATABASE_ANSWER_MAX), *line;
	const struct child child = {.name = argv[0],
				    .argv = argv,
				    .stall_s = DATABASE_ASK_S,
				    .out = answer,
				    .out_size = DATABASE_ANSWER_MAX};

	*value = NULL;
	if (child_run(&child, NULL, NULL))
		return -1;
	while ((line = strsep(&answer, "\n"))) {
		const char *found = value_of(line, name);

		if (found)
			*value = found;
	}
	return 0;
}
