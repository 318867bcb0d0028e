#include "database/server_options.h"

#include <string.h>

#include "installed/my_defaults.h"

int server_option(const char *name, const char **value, struct arena *arena)
{
	static const char *const groups[] = {"mysqld", "server", "mariadb", "mariadbd", NULL};
	char *answer = my_defaults_ask(groups, arena);
	const char *option, *given;

	*value = NULL;
	if (!answer)
		return -1;
	while (my_defaults_next(&answer, &option, &given))
		if (!strcmp(option, name))
			*value = given;
	return 0;
}
