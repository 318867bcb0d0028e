#include "database/marks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/io.h"

#define LOADING ".loading"
#define LOADED  ".loaded"
#define FOLDER  "%s/databases"

void marks_path(const char *state_dir, const char *name, const char *suffix, char *path)
{
	snprintf(path, MARKS_PATH_MAX, FOLDER "/%s%s", state_dir, name, suffix);
}

static int keep_name(const char *path, struct err *err)
{
	return sync_parent(path) ? err_sys(err, ERR_FIRST_BOOT, path, "cannot write %s", path) : 0;
}

int marks_open(const char *state_dir, struct err *err)
{
	char path[MARKS_PATH_MAX];

	snprintf(path, sizeof(path), FOLDER, state_dir);
	if (mkdir(path, 0700) && errno != EEXIST)
		return err_sys(err, ERR_FIRST_BOOT, path, "cannot make %s", path);
	return keep_name(path, err);
}

enum database_mark marks_get(const char *state_dir, const char *database)
{
	char path[MARKS_PATH_MAX];

	marks_path(state_dir, database, LOADED, path);
	if (access(path, F_OK) == 0)
		return MARK_LOADED;
	marks_path(state_dir, database, LOADING, path);
	return access(path, F_OK) == 0 ? MARK_LOADING : MARK_NONE;
}

/* A file and its name are two things to the disk. */
static int make_file(const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	int ret = 0;

	if (fd < 0 || fsync(fd))
		ret = err_sys(err, ERR_FIRST_BOOT, path, "cannot make %s", path);
	if (fd >= 0)
		close(fd);
	return ret;
}

int marks_set(const char *state_dir, const char *database, enum database_mark mark, struct err *err)
{
	char loading[MARKS_PATH_MAX], loaded[MARKS_PATH_MAX];

	marks_path(state_dir, database, LOADING, loading);
	marks_path(state_dir, database, LOADED, loaded);
	if (mark == MARK_LOADING && make_file(loading, err))
		return -1;
	if (mark == MARK_LOADED && file_rename(loading, loaded))
		return err_sys(err, ERR_FIRST_BOOT, loaded, "cannot rename %s", loading);
	return mark == MARK_LOADED ? 0 : keep_name(loaded, err);
}

int marks_read(const char *state_dir, const char *name, char *text)
{
	char path[MARKS_PATH_MAX];
	ssize_t size;
	int fd;

	marks_path(state_dir, name, "", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	size = fd < 0 ? -1 : read_all(fd, text, MARKS_TEXT_MAX - 1);
	if (fd >= 0)
		close(fd);
	text[size > 0 ? size : 0] = '\0';
	return size > 0 ? 0 : -1;
}

int marks_write(const char *state_dir, const char *name, const char *text, struct err *err)
{
	char path[MARKS_PATH_MAX];

	marks_path(state_dir, name, "", path);
	return file_replace(AT_FDCWD, path, text, strlen(text), 0600)
		       ? err_sys(err, ERR_FIRST_BOOT, path, "cannot write %s", path)
		       : 0;
}
