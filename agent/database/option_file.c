#include "database/option_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "database/marks.h"

#define SUFFIX ".cnf"

static bool is_in_use(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	return locked;
}

static void remove_files(const char *state_dir, bool used)
{
	char path[MARKS_PATH_MAX];
	struct dirent *entry;
	DIR *folder;

	marks_path(state_dir, "", "", path);
	folder = opendir(path);
	while (folder && (entry = readdir(folder))) {
		const char *end = strrchr(entry->d_name, '.');

		if (end && !strcmp(end, SUFFIX) &&
		    (used || !is_in_use(dirfd(folder), entry->d_name)))
			unlinkat(dirfd(folder), entry->d_name, 0);
	}
	if (folder)
		closedir(folder);
}

/* Another process may remove the file before it is locked: then it has no name any more, and is made again. */
static int open_locked(const char *path)
{
	struct stat st;
	int fd;

	for (;;) {
		unlink(path);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX) || fstat(fd, &st))
			break;
		if (st.st_nlink)
			return fd;
		close(fd);
	}
	close(fd);
	return -1;
}

int option_file_make(struct option_file *file, const char *state_dir, const char *name,
		     const char *text, struct arena *arena, struct err *err)
{
	char path[MARKS_PATH_MAX], own[64];

	remove_files(state_dir, false);
	/* The process that attends and a cutover by hand ask at once: each has a file of its own. */
	snprintf(own, sizeof(own), "%s.%d", name, (int)getpid());
	marks_path(state_dir, own, SUFFIX, path);
	file->fd = open_locked(path);
	if (file->fd < 0)
		return err_sys(err, ERR_FIRST_BOOT, path, "cannot make %s", path);
	file->path = arena_strdup(arena, path);
	if (write_all(file->fd, text, strlen(text))) {
		err_sys(err, ERR_FIRST_BOOT, path, "cannot write %s", path);
		option_file_remove(file);
		return -1;
	}
	return 0;
}

void option_file_remove(struct option_file *file)
{
	if (!file->path)
		return;
	unlink(file->path);
	close(file->fd);
	file->path = NULL;
}

void option_file_forget(const char *state_dir)
{
	remove_files(state_dir, true);
}
