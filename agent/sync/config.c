#include "sync/config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "job/reader.h"
#include "job/tables.h"

/* What belongs to this system in any folder with data. */
static const char *const always[] = {
	"/var/lib/newroot", "/var/log/newroot.log", "/var/log/newroot.log.1", "/var/run",
	"/var/lock",        "/usr/sbin/newroot",
};

/* Where the servers keep what the first boot has loaded: files under a running server would destroy it. */
static const char *const server_data[] = {
	"/var/lib/mysql",
	"/var/lib/postgresql",
	"/var/lib/pgsql",
};

static bool is_in_a_tree(const struct job_sync *sync, const char *path)
{
	for (size_t i = 0; i < sync->tree_count; i++) {
		const char *tree = sync->trees[i].path;
		size_t len = strlen(tree);

		if (!strncmp(tree, path, len) && (path[len] == '/' || !path[len]))
			return true;
	}
	return false;
}

static void protect(json_t *list, const struct job *job, const char *path)
{
	if (is_in_a_tree(&job->sync, path))
		json_array_append_new(list, json_string(path));
}

/* Those that lie in a tree. */
static json_t *protected_paths(const struct job *job)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		protect(list, job, always[i]);
	for (size_t i = 0; i < job->file_count; i++)
		protect(list, job, job->files[i].path);
	for (size_t i = 0; i < job->nfs.mount_count; i++)
		protect(list, job, job->nfs.mounts[i].to);
	if (job->ssh_keys.count)
		protect(list, job, "/root/.ssh/authorized_keys");
	if (job->databases.given)
		protect(list, job, job->databases.directory);
	for (size_t i = 0; job->databases.given && i < sizeof(server_data) / sizeof(*server_data);
	     i++)
		protect(list, job, server_data[i]);
	return list;
}

const char *sync_config_text(const struct job *job, struct arena *arena)
{
	json_t *root = json_loads(job->sync.json, 0, NULL);
	char *json = NULL;
	const char *text;

	if (root && json_object_set_new(root, "protect", protected_paths(job)) == 0 &&
	    json_object_set_new(root, "databases", json_boolean(job->databases.given)) == 0)
		json = json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	text = json ? arena_printf(arena, "%s\n", json) : NULL;
	free(json);
	json_decref(root);
	return text;
}

static int read_protect(struct strings *paths, const json_t *list, const char *path,
			struct arena *arena, struct err *err)
{
	const json_t *item;
	size_t i;

	paths->item = arena_array(arena, json_array_size(list) + 1, sizeof(*paths->item));
	json_array_foreach(list, i, item)
	{
		if (!json_is_string(item))
			break;
		paths->item[paths->count++] = arena_strdup(arena, json_string_value(item));
	}
	/* Without it something would be overwritten that nobody wants overwritten. */
	if (!json_is_array(list) || paths->count != json_array_size(list))
		return err_set(err, ERR_SYNC, path, "%s: \"protect\" must be a list of paths",
			       path);
	return 0;
}

/* The rules are those of the job. */
static int read_sync(struct job_sync *sync, const json_t *json, const char *path,
		     struct arena *arena, struct err *err)
{
	struct err_list errors = {0};
	struct reader r = {.arena = arena, .errors = &errors};
	const struct value v = {.json = json, .path = "/sync"};
	int ret = 0;

	read_object_of(&r, &sync_object, &v, sync);
	if (errors.count)
		ret = err_set(err, ERR_SYNC, path, "%s: %s: %s", path, errors.item[0].where,
			      errors.item[0].msg);
	err_list_free(&errors);
	return ret;
}

int sync_config_read(struct sync_config *config, const char *path, struct arena *arena,
		     struct err *err)
{
	json_error_t error;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	int ret = -1;

	*config = (struct sync_config){0};
	if (!root)
		return err_set(err, ERR_SYNC, path,
			       "%s cannot be read as JSON: line %d, column %d: %s", path,
			       error.line, error.column, error.text);
	if (read_protect(&config->protect, json_object_get(root, "protect"), path, arena, err) ==
		    0 &&
	    json_object_del(root, "protect") == 0) {
		config->databases = json_is_true(json_object_get(root, "databases"));
		json_object_del(root, "databases");
		ret = read_sync(&config->sync, root, path, arena, err);
	}
	json_decref(root);
	return ret;
}
