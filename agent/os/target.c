#include "os/target.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"

int target_open(struct target *target, const char *root, struct err *err)
{
	target->root = root;
	target->fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (target->fd < 0)
		return err_sys(err, ERR_CONFIGURE, root, "cannot open the new system's tree at %s",
			       root);
	return 0;
}

void target_close(struct target *target)
{
	if (target->fd >= 0)
		close(target->fd);
	target->fd = -1;
}

int target_fd(const struct target *target, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	int fd;

	/* EAGAIN: a rename elsewhere raced with a ".." of the path (openat2(2)). */
	do
		fd = (int)syscall(SYS_openat2, target->fd, path, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN);
	return fd;
}

static bool stat_as(const struct target *target, const char *path, int flags, struct stat *st)
{
	int fd = target_fd(target, path, O_PATH | flags);
	bool found;

	if (fd < 0)
		return false;
	found = fstat(fd, st) == 0;
	close(fd);
	return found;
}

bool target_stat(const struct target *target, const char *path, struct stat *st)
{
	return stat_as(target, path, 0, st);
}

bool target_lstat(const struct target *target, const char *path, struct stat *st)
{
	return stat_as(target, path, O_NOFOLLOW, st);
}

const char *target_link(const struct target *target, const char *path, struct arena *arena)
{
	char to[PATH_MAX];
	int fd = target_fd(target, path, O_PATH | O_NOFOLLOW);
	ssize_t len;

	if (fd < 0)
		return NULL;
	len = readlinkat(fd, "", to, sizeof(to) - 1);
	close(fd);
	if (len <= 0)
		return NULL; /* a file: ENOENT or EINVAL */
	to[len] = '\0';
	return arena_strdup(arena, to);
}

bool target_exists(const struct target *target, const char *path)
{
	struct stat st;

	return target_stat(target, path, &st);
}

/* The kernel's name of an open descriptor, or -1. */
static int fd_name(int fd, char *buf, size_t size)
{
	char link[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, buf, size - 1);
	if (len < 0)
		return -1;
	buf[len] = '\0';
	return 0;
}

const char *target_resolve(const struct target *target, const char *path, struct arena *arena)
{
	char root[PATH_MAX], name[PATH_MAX];
	int fd = target_fd(target, path, O_PATH);
	size_t len;
	int ret;

	if (fd < 0)
		return NULL;
	ret = fd_name(fd, name, sizeof(name)) || fd_name(target->fd, root, sizeof(root));
	close(fd);
	len = strlen(root);
	if (ret || strncmp(name, root, len) != 0)
		return NULL;
	return arena_strdup(arena, name[len] ? name + len : "/");
}

int target_read(const struct target *target, const char *path, struct arena *arena,
		const char **data, size_t *size, struct err *err)
{
	/* O_NONBLOCK: opening a FIFO of the archive's must not wait for its writer. */
	int fd = target_fd(target, path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
	struct stat st = {0};
	ssize_t used = 0;
	char *text = NULL;
	int ret = -1;

	*data = NULL;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, &st))
		err_sys(err, ERR_CONFIGURE, path, "cannot open %s of the new system", path);
	else if (!S_ISREG(st.st_mode) || st.st_size > TARGET_READ_MAX)
		err_set(err, ERR_CONFIGURE, path,
			"%s of the new system must be a regular file of at most %d bytes", path,
			TARGET_READ_MAX);
	else if (text = arena_alloc(arena, (size_t)st.st_size + 1),
		 used = read_all(fd, text, (size_t)st.st_size), used < 0)
		err_sys(err, ERR_CONFIGURE, path, "cannot read %s of the new system", path);
	else
		ret = 0;
	if (fd >= 0)
		close(fd);
	*data = ret ? NULL : text;
	if (size)
		*size = ret ? 0 : (size_t)used;
	return ret;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void names_add(struct target_names *names, const char *name, struct arena *arena)
{
	const char **grown = arena_array(arena, names->count + 1, sizeof(*grown));

	if (names->count)
		memcpy(grown, names->item, names->count * sizeof(*grown));
	grown[names->count++] = arena_strdup(arena, name);
	names->item = grown;
}

static int read_names(DIR *dir, const char *prefix, struct arena *arena, struct target_names *names)
{
	const struct dirent *entry;

	while ((errno = 0, entry = readdir(dir)))
		if (!strncmp(entry->d_name, prefix, strlen(prefix)) && entry->d_name[0] != '.')
			names_add(names, entry->d_name, arena);
	return errno ? -1 : 0;
}

int target_list(const struct target *target, const char *path, const char *prefix,
		struct arena *arena, struct target_names *names, struct err *err)
{
	int fd = target_fd(target, path, O_RDONLY | O_DIRECTORY);
	DIR *dir;
	int ret = 0;

	*names = (struct target_names){0};
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir || read_names(dir, prefix, arena, names))
		ret = err_sys(err, ERR_CONFIGURE, path, "cannot list %s of the new system", path);
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	if (ret == 0 && names->count)
		qsort(names->item, names->count, sizeof(*names->item), by_name);
	return ret;
}
