#include "job/check.h"

#include <stdlib.h>
#include <string.h>

#include "job/address.h"

static bool has(const struct value *v, const char *key)
{
	return json_object_get(v->json, key) != NULL;
}

static void need(struct reader *r, const struct value *v, const char *key, const char *why)
{
	if (!has(v, key))
		reader_refuse(r, ERR_JOB_MISSING_KEY, path_to(r, v->path, key),
			      "a replica needs the key \"%s\": %s", key, why);
}

static void refuse(struct reader *r, const struct value *v, const char *key, const char *why)
{
	if (has(v, key))
		reader_refuse(r, ERR_JOB_CONFLICT, path_to(r, v->path, key), "it is refused: %s",
			      why);
}

static void check_role(struct reader *r, const struct value *v,
		       const struct job_databases *databases)
{
	const bool mysql = databases->engine == DATABASE_MYSQL;

	if (refused_below(r, path_to(r, v->path, "role")) ||
	    refused_below(r, path_to(r, v->path, "engine")))
		return;
	if (databases->role == DATABASE_REPLICA)
		need(r, v, "master", "the server that it follows");
	else
		refuse(r, v, "master", "only the role \"replica\" has a master");
	if (databases->role == DATABASE_REPLICA && mysql)
		need(r, v, "replication", "the user that it follows its master as");
	if (databases->role == DATABASE_ALONE)
		refuse(r, v, "replication",
		       "the role is \"alone\"; accepted is it beside \"master\" or \"replica\"");
	else if (!mysql)
		refuse(r, v, "replication",
		       "newroot sets up replication of MySQL and MariaDB only; accepted is a program of yours in hooks/after");
}

static void check_source_role(struct reader *r, const struct value *v,
			      const struct job_databases *databases)
{
	if (refused_below(r, path_to(r, v->path, "role")) ||
	    refused_below(r, path_to(r, v->path, "engine")))
		return;
	if (databases->engine != DATABASE_MYSQL)
		refuse(r, v, "source",
		       "newroot sets up replication of MySQL and MariaDB only; accepted is a program of yours in hooks/after");
	else if (databases->role == DATABASE_REPLICA)
		refuse(r, v, "source",
		       "a replica follows its master in the group; accepted is it beside the role \"master\" or \"alone\"");
}

void check_database_source(struct reader *r, const struct value *v, void *to)
{
	struct job_database_source *source = to;

	(void)r;
	(void)v;
	source->given = true;
}

static void check_dumps(struct reader *r, const struct value *v,
			const struct job_databases *databases)
{
	struct unique *item = arena_array(r->arena, databases->dump_count + 1, sizeof(*item));

	for (size_t i = 0; i < databases->dump_count; i++)
		item[i] = (struct unique){
			databases->dumps[i].database,
			arena_printf(r->arena, "%s/dumps/%zu/database", v->path, i),
		};
	check_unique(r, "dump's database", item, databases->dump_count);
}

static const char *keep_json(struct reader *r, const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	const char *kept = text ? arena_strdup(r->arena, text) : NULL;

	free(text);
	return kept;
}

void check_databases_object(struct reader *r, const struct value *v, void *to)
{
	struct job_databases *databases = to;

	databases->given = true;
	databases->json = keep_json(r, v->json);
	check_role(r, v, databases);
	check_source_role(r, v, databases);
	check_dumps(r, v, databases);
	if (databases->engine == DATABASE_POSTGRESQL && databases->login.password)
		reader_refuse(
			r, ERR_JOB_CONFLICT, arena_printf(r->arena, "%s/login/password", v->path),
			"it is refused beside the engine \"postgresql\", where the user of the system is the server's, too; accepted is a user");
}

static bool is_at_or_below(const char *dir, const char *path)
{
	size_t len = strlen(dir);

	return !strncmp(dir, path, len) && (path[len] == '/' || !path[len]);
}

static void check_directory(struct reader *r, const struct job *job)
{
	const struct job_databases *databases = &job->databases;

	for (size_t i = 0; databases->directory && i < job->nfs.mount_count; i++)
		if (job->nfs.mounts[i].to &&
		    is_at_or_below(job->nfs.mounts[i].to, databases->directory))
			reader_refuse(
				r, ERR_JOB_CONFLICT, "/databases/directory",
				"\"%s\" is refused: %s would hide the dumps; accepted is a directory of this VM",
				databases->directory, job->nfs.mounts[i].json_path);
}

/* Names are not looked up here. */
static void check_reach(struct reader *r, const struct job *job)
{
	const char *master = job->databases.master.address;
	const struct strings *allow = &job->quarantine.allow;
	struct address address;

	if (!job->quarantine.given || !master || !address_parse_host(master, &address) ||
	    refused_below(r, "/quarantine") || address_in_any(&address, allow->item, allow->count))
		return;
	reader_refuse(
		r, ERR_JOB_CONFLICT, "/databases/master/address",
		"\"%s\" is refused: the quarantine does not let this VM reach it; accepted is one within /quarantine/allow",
		master);
}

/* A replica goes on once its master is complete. */
static void add_to_after(struct reader *r, struct strings *after, const char *name)
{
	const char **item;

	if (strings_have(after, name))
		return;
	item = arena_array(r->arena, after->count + 1, sizeof(*item));
	if (after->count)
		memcpy(item, after->item, after->count * sizeof(*item));
	item[after->count] = name;
	*after = (struct strings){item, after->count + 1};
}

void check_job_databases(struct reader *r, struct job *job)
{
	if (!job->databases.given)
		return;
	if (!job->first_boot && !refused_below(r, "/first_boot"))
		reader_refuse(
			r, ERR_JOB_CONFLICT, "/databases",
			"it is refused beside \"first_boot\": false, for it is the first boot that loads them; accepted is one of them");
	check_directory(r, job);
	check_reach(r, job);
	check_ssh_reach(r, job, &job->databases.source.ssh);
	if (job->databases.master.name && job->first_boot)
		add_to_after(r, &job->after, job->databases.master.name);
}
