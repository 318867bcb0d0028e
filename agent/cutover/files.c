/* Files of a running system by their plain paths. What is renamed or written is on the disk when these return. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/io.h"
#include "cutover/parts.h"

const char *cutover_path(struct cutover_work *work, const char *path)
{
	return arena_printf(&work->arena, "%s%s", work->options->root, path);
}

bool cutover_exists(struct cutover_work *work, const char *path)
{
	struct stat st;

	return lstat(cutover_path(work, path), &st) == 0;
}

const char *cutover_link(struct cutover_work *work, const char *path)
{
	char to[PATH_MAX];
	ssize_t size = readlink(cutover_path(work, path), to, sizeof(to) - 1);

	if (size < 0)
		return NULL;
	to[size] = '\0';
	return arena_strdup(&work->arena, to);
}

int cutover_read(struct cutover_work *work, const char *path, const char **text, struct err *err)
{
	*text = file_text(AT_FDCWD, cutover_path(work, path), TARGET_READ_MAX, &work->arena, NULL);
	return *text || errno == ENOENT || errno == ENOTDIR
		       ? 0
		       : err_sys(err, ERR_CUTOVER, path, "cannot read %s", path);
}

static const char *folder_of(struct cutover_work *work, const char *path)
{
	return arena_printf(&work->arena, "%.*s", (int)(strrchr(path, '/') - path), path);
}

static int sync_folder(struct cutover_work *work, const char *path, struct err *err)
{
	return sync_parent(cutover_path(work, path))
		       ? err_sys(err, ERR_CUTOVER, path,
				 "cannot write the folder of %s out to its disk", path)
		       : 0;
}

static int make_folder(struct cutover_work *work, const char *folder)
{
	struct stat st;

	if (!*folder || stat(cutover_path(work, folder), &st) == 0)
		return 0;
	if (make_folder(work, folder_of(work, folder)))
		return -1;
	return mkdir(cutover_path(work, folder), 0755);
}

int cutover_write(struct cutover_work *work, const char *path, const char *text, struct err *err)
{
	return file_replace(AT_FDCWD, cutover_path(work, path), text, strlen(text), 0600)
		       ? err_sys(err, ERR_CUTOVER, path, "cannot write %s", path)
		       : 0;
}

int cutover_rename(struct cutover_work *work, const char *from, const char *to, struct err *err)
{
	return file_rename(cutover_path(work, from), cutover_path(work, to))
		       ? err_sys(err, ERR_CUTOVER, from, "cannot rename %s to %s", from, to)
		       : 0;
}

int cutover_symlink(struct cutover_work *work, const char *path, const char *to, struct err *err)
{
	if (make_folder(work, folder_of(work, path)) || symlink(to, cutover_path(work, path)))
		return err_sys(err, ERR_CUTOVER, path, "cannot make the link %s", path);
	return sync_folder(work, path, err);
}

int cutover_unlink(struct cutover_work *work, const char *path, struct err *err)
{
	if (unlink(cutover_path(work, path)))
		return err_sys(err, ERR_CUTOVER, path, "cannot remove %s", path);
	return sync_folder(work, path, err);
}

int cutover_remove_folder(struct cutover_work *work, const char *path, struct err *err)
{
	const char *folder = cutover_path(work, path);
	glob_t found = {0};
	int ret = 0;

	if (glob(arena_printf(&work->arena, "%s/*", folder), 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc && ret == 0; i++)
			ret = unlink(found.gl_pathv[i]);
	globfree(&found);
	if (ret || (rmdir(folder) && errno != ENOENT))
		return err_sys(err, ERR_CUTOVER, path, "cannot remove the folder %s", path);
	return sync_folder(work, path, err);
}
