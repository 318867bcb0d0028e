#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archives/archive.h"
#include "util/limits.h"

/* A name that is no hidden file (so neither "." nor ".."), no control characters, not too long. */
static bool name_ok(const char *name, size_t len)
{
	if (len == 0 || len > NAME_MAX || name[0] == '.')
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
			return false;
	return true;
}

bool archive_path_ok(const char *path)
{
	if (strlen(path) > ARCHIVE_PATH_MAX)
		return false;
	for (;;) {
		size_t len = strcspn(path, "/");

		if (!name_ok(path, len))
			return false;
		if (!path[len])
			return true;
		path += len + 1;
	}
}

static int refuse_errno(const char *path, struct err *err)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
	case EACCES:
	case ENXIO:
		return err_set(err, ERR_SERVICE_ARCHIVE, path, "there is no such archive");
	default:
		return err_sys(err, ERR_IO, path, "can't open");
	}
}

/* Open the folder that `path`'s last name is in; `*last` gets that name. The caller closes it. */
static int open_parent(int dir, const char *path, const char **last)
{
	int at = fcntl(dir, F_DUPFD_CLOEXEC, 0);
	char name[NAME_MAX + 1];
	const char *slash;

	for (; at >= 0 && (slash = strchr(path, '/')); path = slash + 1) {
		int next, saved;

		memcpy(name, path, (size_t)(slash - path));
		name[slash - path] = '\0';
		next = openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		saved = errno;
		close(at);
		errno = saved;
		at = next;
	}
	*last = path;
	return at;
}

int archive_open(int dir, const char *path, struct stat *st, struct err *err)
{
	const char *last;
	int parent, fd;

	if (!archive_path_ok(path))
		return err_set(err, ERR_SERVICE_ARCHIVE, path, "is not the path of an archive");
	parent = open_parent(dir, path, &last);
	if (parent < 0)
		return refuse_errno(path, err);
	/* O_NONBLOCK: opening a FIFO must not wait for its writer. */
	fd = openat(parent, last, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		refuse_errno(path, err);
	close(parent);
	if (fd < 0)
		return -1;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		return fd;
	close(fd);
	return err_set(err, ERR_SERVICE_ARCHIVE, path, "is not a regular file");
}

void archive_etag(char etag[ARCHIVE_ETAG_TEXT], const struct stat *st)
{
	uint64_t changed =
		(uint64_t)st->st_mtim.tv_sec * 1000000000 + (uint64_t)st->st_mtim.tv_nsec;

	snprintf(etag, ARCHIVE_ETAG_TEXT, "\"%" PRIx64 "-%" PRIx64 "-%" PRIx64 "\"",
		 (uint64_t)st->st_ino, (uint64_t)st->st_size, changed);
}
