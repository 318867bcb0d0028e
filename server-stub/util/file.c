#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/io.h"
#include "util/owner.h"

int file_write_all(int fd, const char *name, const void *data, size_t size, struct err *err)
{
	return write_all(fd, data, size) ? err_sys(err, ERR_IO, name, "can't write") : 0;
}

static int replaced(int failed, const char *name, struct err *err)
{
	return failed ? err_sys(err, ERR_IO, name, "can't replace the file") : 0;
}

int file_write(int dir, const char *name, const void *data, size_t size, mode_t mode,
	       struct err *err)
{
	return replaced(file_replace(dir, name, data, size, mode), name, err);
}

/* Whether the file has another content than this one: FILE_SAME, FILE_CHANGED, FILE_MADE (there is none). */
static int compare(int dir, const char *name, const void *data, size_t size, struct err *err)
{
	struct stat st;
	char *old;
	size_t old_size;
	int ret;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? FILE_MADE : err_sys(err, ERR_IO, name, "can't stat");
	if (!S_ISREG(st.st_mode) || (size_t)st.st_size != size)
		return FILE_CHANGED;
	if (file_read(dir, name, size, &old, &old_size, err) < 0)
		return -1;
	ret = old_size == size && !memcmp(old, data, size) ? FILE_SAME : FILE_CHANGED;
	free(old);
	return ret;
}

int file_update(int dir, const char *name, const void *data, size_t size, mode_t mode,
		struct err *err)
{
	int ret = compare(dir, name, data, size, err);

	if (ret > FILE_SAME &&
	    replaced(file_replace_unsynced(dir, name, data, size, mode), name, err) < 0)
		return -1;
	return ret;
}

static int read_whole(int fd, const char *name, char *data, size_t size, struct err *err)
{
	ssize_t n = read_all(fd, data, size);

	if (n < 0)
		return err_sys(err, ERR_IO, name, "can't read");
	if ((size_t)n < size)
		return err_set(err, ERR_IO, name, "the file shrank while it was read");
	return 0;
}

/* A path of the operator's is opened as he is, whoever owns the data folder. */
static int open_to_read(int dir, const char *name)
{
	int fd;

	if (dir == AT_FDCWD)
		owner_leave();
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (dir == AT_FDCWD)
		owner_return();
	return fd;
}

int file_read(int dir, const char *name, size_t max, char **data, size_t *size, struct err *err)
{
	int fd = open_to_read(dir, name);
	struct stat st;
	int ret = -1;

	*data = NULL;
	if (fd < 0)
		return err_sys(err, ERR_SERVICE_FILE, name, "can't open");
	if (fstat(fd, &st) < 0) {
		err_sys(err, ERR_IO, name, "can't stat");
	} else if (!S_ISREG(st.st_mode)) {
		err_set(err, ERR_SERVICE_FILE, name, "is not a regular file");
	} else if ((uintmax_t)st.st_size > max) {
		err_set(err, ERR_SERVICE_FILE, name, "has %jd bytes; at most %zu are accepted",
			(intmax_t)st.st_size, max);
	} else if (!(*data = malloc((size_t)st.st_size + 1))) {
		err_set(err, ERR_MEMORY, name, "no memory for %jd bytes", (intmax_t)st.st_size);
	} else {
		*size = (size_t)st.st_size;
		(*data)[*size] = '\0';
		ret = read_whole(fd, name, *data, *size, err);
	}
	close(fd);
	if (ret < 0) {
		free(*data);
		*data = NULL;
	}
	return ret;
}
