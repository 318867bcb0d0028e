#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archives/archive.h"
#include "util/limits.h"

struct walk {
	int dir;
	int (*each)(void *arg, const char *path, int fd, struct err *err);
	void *arg;
	struct err *err;
};

static int skip_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int walk_folder(struct walk *walk, const char *path, unsigned depth);

static int visit_file(struct walk *walk, const char *path)
{
	struct err local = ERR_INIT;
	struct stat st;
	int fd = archive_open(walk->dir, path, &st, &local);
	int ret;

	/* A file that went away or isn't an archive is left out of the list. */
	if (fd < 0)
		return local.code == ERR_SERVICE_ARCHIVE ? 0 : err_keep(walk->err, &local);
	ret = walk->each(walk->arg, path, fd, walk->err);
	close(fd);
	return ret;
}

static int visit(struct walk *walk, const char *folder, const char *name, unsigned depth)
{
	char path[ARCHIVE_PATH_MAX + 1];
	struct stat st;

	if (snprintf(path, sizeof(path), "%s%s%s", folder, folder[0] ? "/" : "", name) >=
	    (int)sizeof(path))
		return 0;
	if (fstatat(walk->dir, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_sys(walk->err, ERR_IO, path, "can't stat");
	if (S_ISDIR(st.st_mode) && depth < ARCHIVE_DEPTH_MAX)
		return walk_folder(walk, path, depth + 1);
	return S_ISREG(st.st_mode) ? visit_file(walk, path) : 0;
}

static int walk_folder(struct walk *walk, const char *path, unsigned depth)
{
	struct dirent **entry;
	int count = scandirat(walk->dir, path[0] ? path : ".", &entry, skip_hidden, by_name);
	int ret = 0;

	if (count < 0)
		return err_sys(walk->err, ERR_IO, path, "can't list");
	for (int i = 0; i < count; i++) {
		if (ret == 0)
			ret = visit(walk, path, entry[i]->d_name, depth);
		free(entry[i]);
	}
	free(entry);
	return ret;
}

int archive_each(int dir, int (*each)(void *arg, const char *path, int fd, struct err *err),
		 void *arg, struct err *err)
{
	struct walk walk = {dir, each, arg, err};

	return walk_folder(&walk, "", 1);
}
