#include "database/read_only.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "database/config_block.h"
#include "database/server_options.h"

/* Behind the system's own files, which are read in the order of their names. */
#define NAME "zz-newroot-read-only.cnf"

#define LINES "[mysqld]\nread_only = 1\n"

static const char content[] =
	"# Written by newroot: this server follows the old platform's master until cutover, which removes this file.\n" LINES;

/* Of Debian, RHEL, Gentoo, and old releases of these; which of them is read, my.cnf says. */
static const char *const folders[] = {"/etc/mysql/mariadb.conf.d", "/etc/mysql/mysql.conf.d",
				      "/etc/mysql/conf.d", "/etc/my.cnf.d", "/etc/mysql/my.cnf.d"};
#define FOLDERS (sizeof(folders) / sizeof(*folders))

/* Those of a server without such a folder, which was the rule until about 2010. */
static const char *const configs[] = {"/etc/mysql/my.cnf", "/etc/my.cnf"};
#define CONFIGS (sizeof(configs) / sizeof(*configs))

static const char *path_in(const char *root, size_t folder, struct arena *arena)
{
	return arena_printf(arena, "%s%s/" NAME, root, folders[folder]);
}

const char *read_only_file(const char *root, struct arena *arena)
{
	for (size_t i = 0; i < FOLDERS; i++)
		if (access(path_in(root, i, arena), F_OK) == 0)
			return path_in(root, i, arena);
	for (size_t i = 0; i < CONFIGS; i++)
		if (config_block_is_in(arena_printf(arena, "%s%s", root, configs[i])))
			return arena_printf(arena, "%s%s", root, configs[i]);
	return NULL;
}

static int write_file(const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	int failed;

	if (fd < 0)
		return err_sys(err, ERR_DATABASE_SOURCE, path, "cannot make %s", path);
	failed = fchmod(fd, 0644) || write_all(fd, content, strlen(content)) || fsync(fd);
	return close(fd) || failed || sync_parent(path)
		       ? err_sys(err, ERR_DATABASE_SOURCE, path, "cannot write %s", path)
		       : 0;
}

static bool is_read(struct arena *arena)
{
	const char *value;

	if (server_option("read-only", &value, arena)) {
		log_line("whether the server reads " NAME " is not known: no my_print_defaults");
		return true;
	}
	return value && !strcmp(value, "1");
}

/* 1: the server reads it; 0: it reads none; -1. */
static int place_file(const char *root, struct arena *arena, struct err *err)
{
	struct stat st;

	for (size_t i = 0; i < FOLDERS; i++) {
		const char *path = path_in(root, i, arena);

		if (stat(arena_printf(arena, "%s%s", root, folders[i]), &st))
			continue;
		if (write_file(path, err))
			return -1;
		if (is_read(arena))
			return 1;
		unlink(path);
	}
	return 0;
}

static int place_block(const char *root, struct arena *arena, struct err *err)
{
	for (size_t i = 0; i < CONFIGS; i++) {
		const char *path = arena_printf(arena, "%s%s", root, configs[i]);

		if (access(path, F_OK))
			continue;
		if (config_block_put(path, LINES, err))
			return -1;
		if (is_read(arena))
			return 0;
		if (config_block_take(path, LINES, err))
			return -1;
	}
	return err_set(err, ERR_DATABASE_SOURCE, configs[0],
		       "this server would take writes after a restart, for it reads neither a "
		       "folder of its configuration nor %s or %s: make /etc/mysql/conf.d, "
		       "and add \"!includedir /etc/mysql/conf.d\" to its my.cnf (the job's files)",
		       configs[0], configs[1]);
}

static int place(const char *root, struct arena *arena, struct err *err)
{
	const int placed = place_file(root, arena, err);

	return placed ? (placed < 0 ? -1 : 0) : place_block(root, arena, err);
}

int read_only_hold(struct database_client *client, const char *root, struct err *err)
{
	if (!read_only_file(root, client->arena) && place(root, client->arena, err))
		return -1;
	return database_ask(client, NULL, "SET GLOBAL read_only=1;\n", NULL, err);
}

int read_only_lift(struct database_client *client, const char *root, struct err *err)
{
	for (size_t i = 0; i < FOLDERS; i++) {
		const char *path = path_in(root, i, client->arena);

		if (unlink(path) == 0 ? sync_parent(path) : errno != ENOENT && errno != ENOTDIR)
			return err_sys(err, ERR_DATABASE_SOURCE, path, "cannot remove %s", path);
	}
	for (size_t i = 0; i < CONFIGS; i++)
		if (config_block_take(arena_printf(client->arena, "%s%s", root, configs[i]), LINES,
				      err))
			return -1;
	return database_ask(client, NULL, "SET GLOBAL read_only=0;\n", NULL, err);
}
