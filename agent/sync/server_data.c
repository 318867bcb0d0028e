#include "sync/server_data.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installed/my_defaults.h"

/* A path that somebody goes by may have symlinks in it. */
static const char *real_path(const char *path, struct arena *arena)
{
	char real[PATH_MAX];

	return arena_strdup(arena, realpath(path, real) ? real : path);
}

static void add(struct server_data *data, const char *path, struct arena *arena)
{
	const char *real = real_path(path, arena);

	if (*path != '/' || data->count == SERVER_DATA_MAX)
		return;
	for (size_t i = 0; i < data->count; i++)
		if (!strcmp(data->item[i], real))
			return;
	data->item[data->count++] = real;
}

/* --- those that run: each goes into the folder of its data */

bool server_data_is_server(const char *pid)
{
	static const char *const servers[] = {"mysqld", "mariadbd", "postgres", "postmaster"};
	char path[64], name[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fscanf(file, "%*d (%31[^)]", name) != 1)
		*name = '\0';
	fclose(file);
	for (size_t i = 0; i < sizeof(servers) / sizeof(*servers); i++)
		if (!strcmp(name, servers[i]))
			return true;
	return false;
}

static void find_running(struct server_data *data, struct arena *arena)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;
	char path[64], cwd[PATH_MAX];
	ssize_t size;

	while (folder && (entry = readdir(folder))) {
		if (*entry->d_name < '1' || *entry->d_name > '9' ||
		    !server_data_is_server(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%.20s/cwd", entry->d_name);
		size = readlink(path, cwd, sizeof(cwd) - 1);
		if (size <= 0)
			continue;
		cwd[size] = '\0';
		add(data, cwd, arena);
	}
	if (folder)
		closedir(folder);
}

/* --- those that are configured */

static bool is_folder(const char *option)
{
	static const char *const folders[] = {"datadir", "innodb-data-home-dir",
					      "innodb-log-group-home-dir", "innodb-undo-directory"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (!strcmp(option, folders[i]))
			return true;
	return false;
}

void server_data_read_defaults(struct server_data *data, const char *answer, struct arena *arena)
{
	char *rest = arena_strdup(arena, answer);
	const char *option, *value;

	while (my_defaults_next(&rest, &option, &value))
		if (is_folder(option))
			add(data, value, arena);
}

static void find_configured(struct server_data *data, struct arena *arena)
{
	static const char *const groups[] = {"mysqld", "mariadb",     "mariadbd",
					     "server", "mysqld_safe", NULL};
	const char *answer = my_defaults_ask(groups, arena);

	if (answer)
		server_data_read_defaults(data, answer, arena);
}

void server_data_find(struct server_data *data, bool configured, struct arena *arena)
{
	*data = (struct server_data){0};
	find_running(data, arena);
	if (configured)
		find_configured(data, arena);
}

/* --- what that means for a tree */

/* What of `path` is behind `folder`: "" for the folder itself; NULL: it is not in it. */
static const char *behind(const char *folder, const char *path)
{
	size_t size = strlen(folder);

	if (strncmp(folder, path, size) != 0 || (path[size] && path[size] != '/'))
		return NULL;
	return path + size;
}

int server_data_protect(const struct server_data *data, const struct job_tree *tree,
			struct strings *protect, struct arena *arena, struct err *err)
{
	const char *real = real_path(tree->path, arena), *rest;
	const char **all = arena_array(arena, protect->count + data->count + 1, sizeof(*all));

	if (protect->count)
		memcpy(all, protect->item, protect->count * sizeof(*all));
	protect->item = all;
	for (size_t i = 0; i < data->count; i++) {
		if (behind(data->item[i], real))
			return err_set(
				err, ERR_SYNC, tree->path,
				"refused: a database server of this VM has its data in %s, "
				"and a pass would destroy it; "
				"bring its databases by dumps or replication, or stop the server",
				data->item[i]);
		rest = behind(real, data->item[i]);
		if (rest)
			all[protect->count++] = arena_printf(arena, "%s%s", tree->path, rest);
	}
	return 0;
}
