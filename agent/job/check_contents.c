#include "job/check.h"

#include <string.h>

static bool has(const struct value *v, const char *key)
{
	return json_object_get(v->json, key) != NULL;
}

/* TLS at least protects what isn't hashed; over NFS nothing would. */
static void check_source(struct reader *r, const struct value *v, const struct job_source *source)
{
	const char *path = path_to(r, v->path, "sha256");

	if (!source->url || strncmp(source->url, NFS_SCHEME, strlen(NFS_SCHEME)) ||
	    source->has_sha256 || !has(v, "sha256") || refused_below(r, path))
		return;
	reader_refuse(r, ERR_JOB_VALUE, path,
		      "\"none\" is refused beside an nfs:// URL, since NFS protects nothing on its "
		      "way; accepted is a string of 64 hex digits as sha256sum prints them");
}

void check_archive(struct reader *r, const struct value *v, void *to)
{
	check_source(r, v, &((const struct job_archive *)to)->source);
}

void check_dump(struct reader *r, const struct value *v, void *to)
{
	check_source(r, v, &((const struct job_dump *)to)->source);
}

void check_kernel(struct reader *r, const struct value *v, void *to)
{
	struct job_kernel *kernel = to;

	kernel->given = kernel->source.url != NULL;
	if (has(v, "url") != has(v, "sha256"))
		reader_refuse(r, ERR_JOB_MISSING_KEY,
			      path_to(r, v->path, has(v, "url") ? "sha256" : "url"),
			      "kernel needs the keys \"url\" and \"sha256\" together; \"sha256\": "
			      "\"none\" leaves the package unchecked");
	check_source(r, v, &kernel->source);
}

void check_file(struct reader *r, const struct value *v, void *to)
{
	(void)to;
	if (has(v, "content") && has(v, "content_base64"))
		reader_refuse(r, ERR_JOB_CONFLICT, path_to(r, v->path, "content_base64"),
			      "it is refused beside content; accepted is one of them");
	if (!has(v, "content") && !has(v, "content_base64"))
		reader_refuse(r, ERR_JOB_MISSING_KEY, path_to(r, v->path, "content"),
			      "a file needs the key \"content\" or \"content_base64\"");
}

static bool has_root_archive(const struct job *job)
{
	for (size_t i = 0; i < job->archive_count; i++)
		if (job->archives[i].to && !strcmp(job->archives[i].to, "/"))
			return true;
	return false;
}

void check_archives(struct reader *r, const struct job *job)
{
	struct unique *to = arena_array(r->arena, job->archive_count + 1, sizeof(*to));

	for (size_t i = 0; i < job->archive_count; i++)
		to[i] = (struct unique){
			job->archives[i].to,
			arena_printf(r->arena, "/archives/%zu/to", i),
		};
	check_unique(r, "archive's target", to, job->archive_count);
	if (!has_root_archive(job) && !refused_below(r, "/archives"))
		reader_refuse(
			r, ERR_JOB_CONFLICT, "/archives",
			"no archive goes to \"/\"; accepted is exactly one, or there is no system "
			"to boot");
}

static bool is_above(const char *dir, const char *path)
{
	size_t len = strlen(dir);

	return !strncmp(dir, path, len) && path[len] == '/';
}

/* A file can't also be a directory of another one, nor where a volume is mounted. */
static void check_file_path(struct reader *r, const struct job *job, size_t i)
{
	const struct job_file *file = &job->files[i];
	const char *path = path_to(r, file->json_path, "path");

	for (size_t j = 0; j < job->file_count; j++)
		if (job->files[j].path && is_above(file->path, job->files[j].path))
			reader_refuse(
				r, ERR_JOB_CONFLICT, path,
				"\"%s\" is refused: it is a directory of %s; accepted is a file's "
				"path",
				file->path, job->files[j].json_path);
	for (size_t j = 0; j < job->volume_count; j++) {
		const char *mount = job->volumes[j].mount;

		if (mount && (!strcmp(mount, file->path) || is_above(file->path, mount)))
			reader_refuse(
				r, ERR_JOB_CONFLICT, path,
				"\"%s\" is refused: it is a directory of the mount point \"%s\"; "
				"accepted is a file's path",
				file->path, mount);
	}
}

void check_files(struct reader *r, const struct job *job)
{
	struct unique *item = arena_array(r->arena, job->file_count + 1, sizeof(*item));

	for (size_t i = 0; i < job->file_count; i++) {
		const struct job_file *file = &job->files[i];

		if (!file->path)
			continue;
		item[i] = (struct unique){file->path, path_to(r, file->json_path, "path")};
		check_file_path(r, job, i);
	}
	check_unique(r, "file's path", item, job->file_count);
}

/* It is the first boot that waits for them. */
void check_after(struct reader *r, const struct job *job)
{
	struct unique *name = arena_array(r->arena, job->after.count + 1, sizeof(*name));

	for (size_t i = 0; i < job->after.count; i++)
		name[i] = (struct unique){
			job->after.item[i],
			arena_printf(r->arena, "/after/%zu", i),
		};
	check_unique(r, "peer", name, job->after.count);
	if (job->after.count && !job->first_boot)
		reader_refuse(
			r, ERR_JOB_CONFLICT, "/after",
			"it is refused beside \"first_boot\": false, for it is the first boot "
			"that waits; accepted is one of them");
}
