#include "job/check.h"

#include <stdio.h>
#include <string.h>

#include "job/address.h"

static bool has(const struct value *v, const char *key)
{
	return json_object_get(v->json, key) != NULL;
}

void check_export(struct reader *r, const struct value *v, void *to)
{
	const struct job_export *export = to;
	const char *path = path_to(r, v->path, "clients");

	if (export->clients.count == 0 && has(v, "clients") && !refused_below(r, path))
		reader_refuse(r, ERR_JOB_VALUE, path,
			      "an empty list is refused; accepted is at least one client");
}

void check_quarantine(struct reader *r, const struct value *v, void *to)
{
	(void)r;
	(void)v;
	((struct job_quarantine *)to)->given = true;
}

void check_puppet(struct reader *r, const struct value *v, void *to)
{
	(void)r;
	(void)v;
	((struct job_puppet *)to)->given = true;
}

void check_services(struct reader *r, const struct value *v, void *to)
{
	struct job_services *services = to;

	services->given = true;
	for (size_t i = 0; i < services->enable.count; i++)
		if (strings_have(&services->disable, services->enable.item[i]))
			reader_refuse(
				r, ERR_JOB_CONFLICT, path_to(r, v->path, "enable"),
				"\"%s\" is refused: it is in disable, too; accepted is one of them",
				services->enable.item[i]);
}

static bool is_at_or_below(const char *dir, const char *path)
{
	size_t len = strlen(dir);

	return !strncmp(dir, path, len) && (path[len] == '/' || !path[len]);
}

/* What an archive or a volume puts there would never be seen again. */
static void check_mount_point(struct reader *r, const struct job *job,
			      const struct job_nfs_mount *mount)
{
	const char *path = path_to(r, mount->json_path, "to");
	const char *what = NULL;

	for (size_t i = 0; i < job->volume_count && !what; i++)
		if (job->volumes[i].mount && is_at_or_below(mount->to, job->volumes[i].mount))
			what = arena_printf(r->arena, "%s is mounted", job->volumes[i].json_path);
	for (size_t i = 0; i < job->archive_count && !what; i++)
		if (job->archives[i].to && is_at_or_below(mount->to, job->archives[i].to))
			what = arena_printf(r->arena, "%s goes", job->archives[i].source.path);
	for (size_t i = 0; i < job->file_count && !what; i++)
		if (job->files[i].path && is_at_or_below(mount->to, job->files[i].path))
			what = arena_printf(r->arena, "%s goes", job->files[i].json_path);
	if (!strcmp(mount->to, "/"))
		what = "the root filesystem is mounted";
	if (what)
		reader_refuse(
			r, ERR_JOB_CONFLICT, path,
			"\"%s\" is refused: %s there or below, and the NFS mount would hide it; accepted is a directory of its own",
			mount->to, what);
}

/* "[fd00::11]:/srv" and "10.80.0.11:/srv"; false for a server by name, which only its resolver knows. */
static bool server_of(const char *from, struct address *server)
{
	const char *end = strstr(from, ":/");
	bool v6 = from[0] == '[';
	char host[64];

	snprintf(host, sizeof(host), "%.*s", (int)(end - from - 2 * v6), from + v6);
	return address_parse_host(host, server);
}

static void check_reach(struct reader *r, const struct job *job, const struct job_nfs_mount *mount)
{
	struct address server;

	if (!job->quarantine.given || refused_below(r, "/quarantine") ||
	    !server_of(mount->from, &server) ||
	    address_in_any(&server, job->quarantine.allow.item, job->quarantine.allow.count))
		return;
	reader_refuse(
		r, ERR_JOB_CONFLICT, path_to(r, mount->json_path, "from"),
		"\"%s\" is refused: the quarantine does not let this VM reach that server; accepted is one within /quarantine/allow",
		mount->from);
}

void check_nfs(struct reader *r, const struct job *job)
{
	const struct job_nfs *nfs = &job->nfs;
	struct unique *path = arena_array(r->arena, nfs->export_count + 1, sizeof(*path));
	struct unique *to = arena_array(r->arena, nfs->mount_count + 1, sizeof(*to));

	for (size_t i = 0; i < nfs->export_count; i++)
		path[i] = (struct unique){nfs->exports[i].path,
					  arena_printf(r->arena, "/nfs/exports/%zu/path", i)};
	check_unique(r, "exported directory", path, nfs->export_count);
	for (size_t i = 0; i < nfs->mount_count; i++) {
		const struct job_nfs_mount *mount = &nfs->mounts[i];

		to[i] = (struct unique){mount->to, arena_printf(r->arena, "/nfs/mounts/%zu/to", i)};
		if (mount->to)
			check_mount_point(r, job, mount);
		if (mount->from)
			check_reach(r, job, mount);
	}
	check_unique(r, "NFS mount point", to, nfs->mount_count);
}

/* What waits for cutover. */
static const char *waiting_key(const struct job *job)
{
	if (job->quarantine.given)
		return "quarantine";
	if (job->services.disable.count)
		return "services/disable";
	if (job->databases.source.given)
		return "databases/source";
	if (job->sync.given)
		return "sync";
	return job->puppet.held ? "puppet/held" : NULL;
}

void check_migrating(struct reader *r, const struct value *v, struct job *job)
{
	const char *waiting = waiting_key(job);

	if (!has(v, "migrating"))
		job->migrating = job->quarantine.given || job->services.given ||
				 job->puppet.given || job->databases.source.given ||
				 job->sync.given;
	else if (!job->migrating && waiting && !refused_below(r, "/migrating"))
		reader_refuse(
			r, ERR_JOB_CONFLICT, "/migrating",
			"false is refused beside /%s, which ends at cutover: the marker says that cutover is still to come; accepted is true",
			waiting);
}
