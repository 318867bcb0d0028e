/* Files of a running system by their plain paths. What is renamed or written is on the disk when these return. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "cutover/parts.h"

#define WRITTEN_AS ".newroot-new"

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

static int read_open(struct cutover_work *work, int fd, const char **text)
{
	struct stat st;
	char *data;
	ssize_t size;

	if (fstat(fd, &st))
		return -1;
	if (!S_ISREG(st.st_mode) || st.st_size > TARGET_READ_MAX) {
		errno = EFBIG;
		return -1;
	}
	data = arena_alloc(&work->arena, (size_t)st.st_size + 1);
	size = read_all(fd, data, (size_t)st.st_size);
	if (size < 0)
		return -1;
	data[size] = '\0';
	*text = data;
	return 0;
}

int cutover_read(struct cutover_work *work, const char *path, const char **text, struct err *err)
{
	int fd = open(cutover_path(work, path), O_RDONLY | O_CLOEXEC);
	int ret;

	*text = NULL;
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : err_sys(err, ERR_CUTOVER, path, "cannot open %s", path);
	ret = read_open(work, fd, text);
	if (ret)
		err_sys(err, ERR_CUTOVER, path, "cannot read %s", path);
	close(fd);
	return ret;
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

static int write_open(int fd, const char *text)
{
	int ret = write_all(fd, text, strlen(text)) || fsync(fd) ? -1 : 0;

	return close(fd) ? -1 : ret;
}

int cutover_write(struct cutover_work *work, const char *path, const char *text, struct err *err)
{
	const char *fresh = cutover_path(work, arena_printf(&work->arena, "%s" WRITTEN_AS, path));
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write_open(fd, text) || rename(fresh, cutover_path(work, path)))
		return err_sys(err, ERR_CUTOVER, path, "cannot write %s", path);
	return sync_folder(work, path, err);
}

int cutover_rename(struct cutover_work *work, const char *from, const char *to, struct err *err)
{
	if (rename(cutover_path(work, from), cutover_path(work, to)))
		return err_sys(err, ERR_CUTOVER, from, "cannot rename %s to %s", from, to);
	return sync_folder(work, to, err);
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
