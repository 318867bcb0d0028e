#include "database/marks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOADING ".loading"
#define LOADED  ".loaded"

void marks_path(const char *state_dir, const char *name, const char *suffix, char *path)
{
	snprintf(path, MARKS_PATH_MAX, "%s/databases/%s%s", state_dir, name, suffix);
}

/* A file and its name are two things to the disk. */
static int sync_path(const char *path, int flags, struct err *err)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);
	int ret = 0;

	if (fd < 0 || fsync(fd))
		ret = err_sys(err, ERR_FIRST_BOOT, path, "cannot write %s", path);
	if (fd >= 0)
		close(fd);
	return ret;
}

static int sync_folder(const char *state_dir, struct err *err)
{
	char path[MARKS_PATH_MAX];

	marks_path(state_dir, "", "", path);
	return sync_path(path, O_RDONLY | O_DIRECTORY, err);
}

int marks_open(const char *state_dir, struct err *err)
{
	char path[MARKS_PATH_MAX];

	marks_path(state_dir, "", "", path);
	if (mkdir(path, 0700) && errno != EEXIST)
		return err_sys(err, ERR_FIRST_BOOT, path, "cannot make %s", path);
	return sync_path(state_dir, O_RDONLY | O_DIRECTORY, err);
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

int marks_set(const char *state_dir, const char *database, enum database_mark mark, struct err *err)
{
	char loading[MARKS_PATH_MAX], loaded[MARKS_PATH_MAX];

	marks_path(state_dir, database, LOADING, loading);
	marks_path(state_dir, database, LOADED, loaded);
	if (mark == MARK_LOADING && sync_path(loading, O_WRONLY | O_CREAT, err))
		return -1;
	if (mark == MARK_LOADED && rename(loading, loaded))
		return err_sys(err, ERR_FIRST_BOOT, loaded, "cannot rename %s", loading);
	return sync_folder(state_dir, err);
}
