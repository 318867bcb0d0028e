#include "archive/acl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"

/* `*text` is malloc'ed. */
static int read_text(int root_fd, const char *path, char **text, struct err *err)
{
	int fd = root_fd < 0
			 ? -1
			 : openat(root_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t got = 0;

	*text = malloc(ACCOUNTS_BYTES_MAX + 1);
	if (!*text) {
		if (fd >= 0)
			close(fd);
		return err_set(err, ERR_MEMORY, path, "no memory to read it");
	}
	if (fd >= 0) {
		got = read_all(fd, *text, ACCOUNTS_BYTES_MAX);
		close(fd);
	}
	if (got < 0)
		return err_sys(err, ERR_IO, path, "cannot read the new system's accounts");
	(*text)[got] = '\0';
	return 0;
}

int accounts_read(struct accounts *accounts, int root_fd, struct err *err)
{
	*accounts = (struct accounts){0};
	if (read_text(root_fd, "etc/passwd", &accounts->users, err) ||
	    read_text(root_fd, "etc/group", &accounts->groups, err)) {
		accounts_free(accounts);
		return -1;
	}
	return 0;
}

void accounts_free(struct accounts *accounts)
{
	free(accounts->users);
	free(accounts->groups);
	*accounts = (struct accounts){0};
}

/* "name:password:number:…" */
int64_t accounts_find(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *field;
		char *end;
		unsigned long value;

		line += *line == '\n';
		if (strncmp(line, name, length) || line[length] != ':')
			continue;
		field = strchr(line + length + 1, ':');
		if (!field)
			return -1;
		errno = 0;
		value = strtoul(field + 1, &end, 10);
		return errno || end == field + 1 || value >= UINT32_MAX ? -1 : (int64_t)value;
	}
	return -1;
}
