#include "database/root_login.h"

#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "os/text.h"

#define BLANKS " \t\r"

/* Those that the clients of MySQL and MariaDB read. */
static bool is_group(const char *line, size_t size)
{
	static const char *const groups[] = {"[client]", "[mysql]", "[client-server]",
					     "[client-mariadb]", "[mariadb-client]"};

	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		if (size >= strlen(groups[i]) && !strncmp(line, groups[i], strlen(groups[i])))
			return true;
	return false;
}

static bool is_login(const char *line, size_t size)
{
	const size_t name = strcspn(line, BLANKS "=\n");

	return name < size && ((name == 4 && !strncmp(line, "user", name)) ||
			       (name == 8 && !strncmp(line, "password", name)));
}

/* The lines as they are: whatever their quotes and escapes mean, the client finds out. */
static const char *pick(const char *text, struct arena *arena)
{
	struct text login = {.arena = arena};
	bool inside = false;
	const char *line;
	size_t size, blanks;

	while (text_next(&text, &line, &size)) {
		blanks = strspn(line, BLANKS);
		line += blanks < size ? blanks : size;
		size -= blanks < size ? blanks : size;
		if (size && *line == '[')
			inside = is_group(line, size);
		else if (inside && is_login(line, size))
			text_line(&login, line, size);
	}
	return login.data ? login.data : "";
}

const char *root_login(const char *path, struct arena *arena)
{
	const char *text = file_text(AT_FDCWD, path, DATABASE_ANSWER_MAX, arena, NULL);

	return text ? pick(text, arena) : "";
}
