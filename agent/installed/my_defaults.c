#include "installed/my_defaults.h"

#include <string.h>

#include "base/child.h"
#include "base/limits.h"

#define PATIENCE_S 60 /* it reads some files */
#define GROUPS_MAX 8

char *my_defaults_ask(const char *const *groups, struct arena *arena)
{
	const char *argv[GROUPS_MAX + 2] = {"my_print_defaults"};
	char *answer = arena_alloc(arena, DATABASE_ANSWER_MAX);
	const struct child child = {.name = argv[0],
				    .argv = argv,
				    .stall_s = PATIENCE_S,
				    .out = answer,
				    .out_size = DATABASE_ANSWER_MAX};

	for (size_t i = 0; i < GROUPS_MAX && groups[i]; i++)
		argv[i + 1] = groups[i];
	return child_run(&child, NULL, NULL) ? NULL : answer;
}

bool my_defaults_next(char **answer, const char **name, const char **value)
{
	char *line;

	while ((line = strsep(answer, "\n"))) {
		char *equals = strchr(line, '=');

		if (!equals || strncmp(line, "--", 2) != 0)
			continue;
		*equals = '\0';
		for (char *c = line; *c; c++)
			*c = *c == '_' ? '-' : *c;
		*name = line + 2;
		*value = equals + 1;
		return true;
	}
	return false;
}
