#include "database/config_block.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/io.h"

#define BEGIN "# newroot: begin; cutover takes these lines out\n"
#define END   "# newroot: end\n"
/* The largest that distributions ship (my-innodb-heavy-4G.cnf) has 20 KB. */
#define CONFIG_MAX (1024 * 1024)
/* Names of attributes, and the value of one: labels and ACLs have less than 4 KB. */
#define ATTRIBUTES_MAX 4096

/* A file, NUL-terminated. */
struct config {
	char path[PATH_MAX]; /* after all symlinks */
	char *text;
	struct stat st;
	int fd;
};

static void config_close(struct config *config)
{
	if (config->fd >= 0)
		close(config->fd);
	free(config->text);
}

static int read_text(struct config *config)
{
	ssize_t size;

	if (fstat(config->fd, &config->st))
		return -1;
	errno = EFBIG;
	if (config->st.st_size >= CONFIG_MAX)
		return -1;
	config->text = malloc(CONFIG_MAX);
	size = config->text ? read_all(config->fd, config->text, CONFIG_MAX - 1) : -1;
	if (size < 0)
		return -1;
	config->text[size] = '\0';
	errno = EINVAL; /* zeros: no text */
	return strlen(config->text) == (size_t)size ? 0 : -1;
}

static int config_open(struct config *config, const char *path)
{
	*config = (struct config){.fd = -1};
	if (!realpath(path, config->path))
		return -1;
	config->fd = open(config->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (config->fd >= 0 && read_text(config) == 0)
		return 0;
	config_close(config);
	return -1;
}

/* At the beginning of a line. */
static char *find_line(char *text, const char *line)
{
	char *found = strstr(text, line);

	while (found && found != text && found[-1] != '\n')
		found = strstr(found + 1, line);
	return found;
}

static char *skip(char *text, const char *lines)
{
	return strncmp(text, lines, strlen(lines)) ? text : text + strlen(lines);
}

/* In `text`. Somebody may have taken the second mark away. */
static bool cut(char *text, const char *lines)
{
	char *begin = find_line(text, BEGIN), *end;

	if (!begin)
		return false;
	end = find_line(begin, END);
	end = end ? end + strlen(END) : skip(begin + strlen(BEGIN), lines);
	memmove(begin, end, strlen(end) + 1);
	return true;
}

static int copy_attributes(int from, int to)
{
	char names[ATTRIBUTES_MAX], value[ATTRIBUTES_MAX];
	ssize_t size = flistxattr(from, names, sizeof(names));

	if (size < 0)
		return errno == ENOTSUP ? 0 : -1;
	for (const char *name = names; name < names + size; name += strlen(name) + 1) {
		ssize_t got = fgetxattr(from, name, value, sizeof(value));

		if (got < 0 || fsetxattr(to, name, value, (size_t)got, 0))
			return -1;
	}
	return 0;
}

static int write_pieces(const struct config *config, int fd, const char *const *pieces)
{
	if (fchown(fd, config->st.st_uid, config->st.st_gid) ||
	    fchmod(fd, config->st.st_mode & 07777) || copy_attributes(config->fd, fd))
		return -1;
	for (; *pieces; pieces++)
		if (write_all(fd, *pieces, strlen(*pieces)))
			return -1;
	return fsync(fd);
}

static int replace(const struct config *config, const char *const *pieces, struct err *err)
{
	char fresh[PATH_MAX + sizeof(".newroot")];
	int fd, failed;

	snprintf(fresh, sizeof(fresh), "%s.newroot", config->path);
	unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, ERR_DATABASE_SOURCE, fresh, "cannot make %s", fresh);
	failed = write_pieces(config, fd, pieces);
	if (close(fd) || failed || rename(fresh, config->path)) {
		err_sys(err, ERR_DATABASE_SOURCE, config->path, "cannot write %s", config->path);
		unlink(fresh);
		return -1;
	}
	return sync_parent(config->path) ? err_sys(err, ERR_DATABASE_SOURCE, config->path,
						   "cannot write %s", config->path)
					 : 0;
}

bool config_block_is_in(const char *path)
{
	struct config config;
	bool found;

	if (config_open(&config, path))
		return false;
	found = find_line(config.text, BEGIN) != NULL;
	config_close(&config);
	return found;
}

static bool ends_line(const char *text)
{
	const size_t size = strlen(text);

	return size == 0 || text[size - 1] == '\n';
}

int config_block_put(const char *path, const char *lines, struct err *err)
{
	struct config config;
	int ret;

	if (config_open(&config, path))
		return err_sys(err, ERR_DATABASE_SOURCE, path, "cannot read %s", path);
	while (cut(config.text, lines))
		;
	ret = replace(&config,
		      (const char *const[]){config.text, ends_line(config.text) ? "" : "\n", BEGIN,
					    lines, END, NULL},
		      err);
	config_close(&config);
	return ret;
}

int config_block_take(const char *path, const char *lines, struct err *err)
{
	struct config config;
	int ret = 0;
	bool found = false;

	if (config_open(&config, path))
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : err_sys(err, ERR_DATABASE_SOURCE, path, "cannot read %s", path);
	while (cut(config.text, lines))
		found = true;
	if (found)
		ret = replace(&config, (const char *const[]){config.text, NULL}, err);
	config_close(&config);
	return ret;
}
