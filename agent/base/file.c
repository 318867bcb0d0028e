#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

#define NEW_SUFFIX ".new"

/* Close it, and keep the errno of what failed before. */
static int close_after(int fd, int ret)
{
	const int failed = ret ? errno : 0;

	if (close(fd) && !failed)
		return -1;
	errno = failed;
	return ret;
}

/* Files of /proc say that they have no bytes, and have some. One byte more than is accepted tells that there is too much. */
static char *read_whole(int fd, size_t max, struct arena *arena, size_t *size)
{
	struct stat st;
	ssize_t got;
	size_t room;
	char *text;

	if (fstat(fd, &st))
		return NULL;
	errno = S_ISREG(st.st_mode) ? EFBIG : EINVAL;
	if (!S_ISREG(st.st_mode) || (uintmax_t)st.st_size > max)
		return NULL;
	room = st.st_size ? (size_t)st.st_size : max;
	text = arena_alloc(arena, room + 2);
	got = read_all(fd, text, room + 1);
	if (got < 0 || (size_t)got > max)
		return NULL;
	text[got] = '\0';
	if (size)
		*size = (size_t)got;
	return text;
}

char *file_text(int dir, const char *path, size_t max, struct arena *arena, size_t *size)
{
	const int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char *text = fd < 0 ? NULL : read_whole(fd, max, arena, size);

	if (fd >= 0)
		close_after(fd, text ? 0 : -1);
	return text;
}

static int write_new(int dir, const char *path, const void *data, size_t size, mode_t mode,
		     bool sync)
{
	const int fd =
		openat(dir, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return -1;
	return close_after(
		fd, write_all(fd, data, size) || fchmod(fd, mode) || (sync && fsync(fd)) ? -1 : 0);
}

static int replace(int dir, const char *path, const void *data, size_t size, mode_t mode, bool sync)
{
	char fresh[PATH_MAX];
	int failed;

	if (snprintf(fresh, sizeof(fresh), "%s" NEW_SUFFIX, path) >= (int)sizeof(fresh)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (write_new(dir, fresh, data, size, mode, sync) == 0 &&
	    renameat(dir, fresh, dir, path) == 0)
		return 0;
	failed = errno;
	unlinkat(dir, fresh, 0);
	errno = failed;
	return -1;
}

int file_replace(int dir, const char *path, const void *data, size_t size, mode_t mode)
{
	if (replace(dir, path, data, size, mode, true))
		return -1;
	return dir == AT_FDCWD ? sync_parent(path) : fsync(dir);
}

int file_replace_unsynced(int dir, const char *path, const void *data, size_t size, mode_t mode)
{
	return replace(dir, path, data, size, mode, false);
}

int file_rename(const char *from, const char *to)
{
	return rename(from, to) ? -1 : sync_parent(to);
}
