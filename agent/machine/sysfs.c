#include "machine/sysfs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Format the path of an attribute; false when it is too long to exist. */
static bool make_path(char path[PATH_MAX], const char *fmt, va_list ap)
{
	int len = vsnprintf(path, PATH_MAX, fmt, ap);

	return len > 0 && len < PATH_MAX;
}

static size_t read_attribute(const char *path, void *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return 0;
	got = read(fd, buf, size);
	close(fd);
	return got > 0 ? (size_t)got : 0;
}

size_t sysfs_bytes(void *buf, size_t size, const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = make_path(path, fmt, ap);
	va_end(ap);
	return ok ? read_attribute(path, buf, size) : 0;
}

static bool text_of(char *buf, const char *path)
{
	size_t len = read_attribute(path, buf, SYSFS_TEXT_MAX - 1);
	size_t blanks = 0;

	while (len && isspace((unsigned char)buf[len - 1]))
		len--;
	while (blanks < len && isspace((unsigned char)buf[blanks]))
		blanks++;
	memmove(buf, buf + blanks, len - blanks);
	buf[len - blanks] = '\0';
	return buf[0] != '\0';
}

bool sysfs_text(char *buf, const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = make_path(path, fmt, ap);
	va_end(ap);
	buf[0] = '\0';
	return ok && text_of(buf, path);
}

uint64_t sysfs_number(uint64_t otherwise, const char *fmt, ...)
{
	char path[PATH_MAX], text[SYSFS_TEXT_MAX];
	unsigned long long value;
	char *end;
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = make_path(path, fmt, ap);
	va_end(ap);
	if (!ok || !text_of(text, path) || !isdigit((unsigned char)text[0]))
		return otherwise;
	errno = 0;
	value = strtoull(text, &end, 10);
	return errno || *end ? otherwise : value;
}

bool sysfs_link_name(char *buf, const char *fmt, ...)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *slash;
	ssize_t len = -1;
	va_list ap;

	va_start(ap, fmt);
	if (make_path(path, fmt, ap))
		len = readlink(path, target, sizeof(target) - 1);
	va_end(ap);
	buf[0] = '\0';
	if (len <= 0)
		return false;
	target[len] = '\0';
	slash = strrchr(target, '/');
	snprintf(buf, SYSFS_TEXT_MAX, "%.*s", SYSFS_TEXT_MAX - 1, slash ? slash + 1 : target);
	return true;
}

bool sysfs_exists(const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = make_path(path, fmt, ap);
	va_end(ap);
	return ok && access(path, F_OK) == 0;
}

int sysfs_list(const char ***names, size_t *count, const char *path, struct arena *arena,
	       struct err *err)
{
	struct dirent **entries;
	int found = scandir(path, &entries, NULL, NULL);

	*names = NULL;
	*count = 0;
	if (found < 0 && errno == ENOENT)
		found = 0, entries = NULL;
	if (found < 0)
		return err_sys(err, ERR_IO, path, "cannot list the folder");
	*names = arena_array(arena, (size_t)found + 1, sizeof(**names));
	for (int i = 0; i < found; i++) {
		if (entries[i]->d_name[0] != '.')
			(*names)[(*count)++] = arena_strdup(arena, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return 0;
}

int sysfs_pick(const char ***names, size_t *count, const char *sysfs, const struct sysfs_kind *kind,
	       struct arena *arena, struct err *err)
{
	const char *folder = arena_printf(arena, "%s/%s", sysfs, kind->folder);
	size_t kept = 0;

	if (sysfs_list(names, count, folder, arena, err) < 0)
		return -1;
	for (size_t i = 0; i < *count; i++)
		if (kind->wanted(sysfs, (*names)[i]))
			(*names)[kept++] = (*names)[i];
	(*names)[kept] = NULL;
	*count = kept;
	qsort(*names, kept, sizeof(**names), kind->compare);
	return 0;
}
