#include "job/check.h"

#include <string.h>

#include "base/nfs_url.h"

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
	reader_refuse(
		r, ERR_JOB_VALUE, path,
		"\"none\" is refused beside an nfs:// URL, since NFS protects nothing on its way; "
		"accepted is a string of 64 hex digits as sha256sum prints them");
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
		reader_refuse(
			r, ERR_JOB_MISSING_KEY,
			path_to(r, v->path, has(v, "url") ? "sha256" : "url"),
			"kernel needs the keys \"url\" and \"sha256\" together; \"sha256\": \"none\" leaves the package unchecked");
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
			"no archive goes to \"/\"; accepted is exactly one, or there is no system to boot");
}

static bool is_above(const char *dir, const char *path)
{
	size_t len = strlen(dir);

	return !strncmp(dir, path, len) && path[len] == '/';
}

/* Places that have to be directories, and whose they are. */
struct folders {
	struct folder {
		const char *path; /* NULL: was refused */
		const char *whose;
	} * item;
	size_t count;
};

/* Of newroot's own files; beside what the job names they show what can't be a file in any system. */
static const char *const own_folders[] = {"/boot/grub", "/etc/newroot", "/root/.ssh", "/usr/sbin",
					  "/var/lib/newroot"};
#define OWN_FOLDERS (sizeof(own_folders) / sizeof(*own_folders))

static void add_folder(struct folders *folders, const char *path, const char *whose)
{
	folders->item[folders->count++] = (struct folder){path, whose};
}

static void find_folders(struct reader *r, const struct job *job, struct folders *folders)
{
	size_t most = job->volume_count + job->archive_count + job->nfs.export_count +
		      job->sync.tree_count + 1 + OWN_FOLDERS;

	folders->item = arena_array(r->arena, most, sizeof(*folders->item));
	for (size_t i = 0; i < job->volume_count; i++)
		add_folder(folders, job->volumes[i].mount,
			   job->volumes[i].mount ? arena_printf(r->arena, "the mount point \"%s\"",
								job->volumes[i].mount)
						 : NULL);
	for (size_t i = 0; i < job->archive_count; i++)
		add_folder(folders, job->archives[i].to, job->archives[i].source.path);
	for (size_t i = 0; i < job->nfs.export_count; i++)
		add_folder(folders, job->nfs.exports[i].path, job->nfs.exports[i].json_path);
	for (size_t i = 0; i < job->sync.tree_count; i++)
		add_folder(folders, job->sync.trees[i].path, job->sync.trees[i].json_path);
	add_folder(folders, job->databases.directory, "/databases/directory");
	for (size_t i = 0; i < OWN_FOLDERS; i++)
		add_folder(folders, own_folders[i], "the system's own");
}

static void refuse_folder(struct reader *r, const struct job_file *file, const char *whose)
{
	reader_refuse(r, ERR_JOB_CONFLICT, path_to(r, file->json_path, "path"),
		      "\"%s\" is refused: it is a directory of %s; accepted is a file's path",
		      file->path, whose);
}

/* What was a file would be found out only when the disks are wiped. A file in place of an NFS mount is refused there. */
static void check_file_path(struct reader *r, const struct job *job, const struct folders *folders,
			    const struct job_file *file)
{
	for (size_t i = 0; i < job->file_count; i++)
		if (job->files[i].path && is_above(file->path, job->files[i].path))
			refuse_folder(r, file, job->files[i].json_path);
	for (size_t i = 0; i < job->nfs.mount_count; i++)
		if (job->nfs.mounts[i].to && is_above(file->path, job->nfs.mounts[i].to))
			refuse_folder(r, file, job->nfs.mounts[i].json_path);
	for (size_t i = 0; i < folders->count; i++) {
		const struct folder *folder = &folders->item[i];

		if (folder->path &&
		    (!strcmp(folder->path, file->path) || is_above(file->path, folder->path)))
			refuse_folder(r, file, folder->whose);
	}
}

void check_files(struct reader *r, const struct job *job)
{
	struct unique *item = arena_array(r->arena, job->file_count + 1, sizeof(*item));
	struct folders folders = {0};

	find_folders(r, job, &folders);
	for (size_t i = 0; i < job->file_count; i++) {
		const struct job_file *file = &job->files[i];

		if (!file->path)
			continue;
		item[i] = (struct unique){file->path, path_to(r, file->json_path, "path")};
		check_file_path(r, job, &folders, file);
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
			"it is refused beside \"first_boot\": false, for it is the first boot that waits; accepted is one of them");
}
