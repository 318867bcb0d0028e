#include "os/old_addresses.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/io.h"
#include "os/target_write.h"

#define DEPTH_MAX 32 /* of folders: each holds a descriptor open */
#define NOTES_MAX 40 /* a person reads no more of them */

struct search {
	const struct strings *addresses;
	void (*found)(void *ctx, const char *path, size_t line, const char *address);
	void *ctx;
	char *buffer; /* OLD_ADDRESSES_FILE_MAX and a NUL */
};

static bool is_part(char c, bool v6)
{
	return v6 ? isxdigit((unsigned char)c) || c == ':' : isdigit((unsigned char)c) != 0;
}

/* "10.0.0.5", but not within "110.0.0.5", "10.0.0.50", "1.10.0.0.5" or "10.0.0.5.1". */
static bool is_whole(const char *line, const char *at, const char *address)
{
	bool v6 = strchr(address, ':') != NULL;
	const char *end = at + strlen(address);

	if (is_part(*end, v6) || (!v6 && *end == '.' && is_part(end[1], v6)))
		return false;
	if (at == line)
		return true;
	return !is_part(at[-1], v6) &&
	       (v6 || at[-1] != '.' || at - line < 2 || !is_part(at[-2], v6));
}

static bool has_address(const char *line, const char *address)
{
	for (const char *at = line; (at = strcasestr(at, address)); at++)
		if (is_whole(line, at, address))
			return true;
	return false;
}

static void search_line(const struct search *search, const char *path, size_t number,
			const char *line)
{
	for (size_t i = 0; i < search->addresses->count; i++)
		if (has_address(line, search->addresses->item[i]))
			search->found(search->ctx, path, number, search->addresses->item[i]);
}

/* A NUL ends a line, too: some state files have them. */
static void search_file(const struct search *search, int fd, const char *path)
{
	ssize_t size = read_all(fd, search->buffer, OLD_ADDRESSES_FILE_MAX);
	size_t number = 1;

	if (size <= 0)
		return;
	search->buffer[size] = '\0';
	for (char *line = search->buffer, *end; line < search->buffer + size; line = end + 1) {
		bool newline;

		end = line + strcspn(line, "\n");
		newline = *end == '\n';
		*end = '\0';
		search_line(search, path, number, line);
		number += newline;
	}
}

static bool is_left_out(const char *path, const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..") || strstr(name, KEPT_SUFFIX) ||
	       !strcmp(path, "/etc/newroot") || !strcmp(path, "/var/lib/newroot");
}

static void search_folder(const struct search *search, int fd, const char *path, int depth);

static void search_entry(const struct search *search, int folder, const char *path,
			 const char *name, int depth)
{
	/* O_NONBLOCK: opening a FIFO must not wait for its writer. */
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st = {0};

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) && depth < DEPTH_MAX) {
		search_folder(search, fd, path, depth + 1); /* closes it */
		return;
	}
	if (S_ISREG(st.st_mode) && st.st_size <= OLD_ADDRESSES_FILE_MAX)
		search_file(search, fd, path);
	close(fd);
}

static void search_folder(const struct search *search, int fd, const char *path, int depth)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *entry;
	char below[PATH_MAX];

	if (!dir) {
		close(fd);
		return;
	}
	while ((entry = readdir(dir))) {
		if (snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) >=
			    (int)sizeof(below) ||
		    is_left_out(below, entry->d_name))
			continue;
		search_entry(search, dirfd(dir), below, entry->d_name, depth);
	}
	closedir(dir);
}

void old_addresses_find(const struct target *target, const struct strings *addresses,
			void (*found)(void *ctx, const char *path, size_t line,
				      const char *address),
			void *ctx)
{
	static const char *const roots[] = {"/etc", "/var/lib"};
	struct arena arena = {0};
	const struct search search = {addresses, found, ctx,
				      arena_alloc(&arena, OLD_ADDRESSES_FILE_MAX + 1)};

	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++) {
		int fd = target_fd(target, roots[i], O_RDONLY | O_DIRECTORY);

		if (fd >= 0)
			search_folder(&search, fd, roots[i], 0);
	}
	arena_free(&arena);
}

struct notes {
	void (*note)(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
	size_t count;
};

static void add_note(void *ctx, const char *path, size_t line, const char *address)
{
	struct notes *notes = ctx;

	if (notes->count++ < NOTES_MAX)
		notes->note("the old machine's address %s is in %s, line %zu", address, path, line);
}

void old_addresses_note(const struct target *target, const struct strings *addresses,
			void (*note)(const char *fmt, ...) __attribute__((format(printf, 1, 2))))
{
	struct notes notes = {.note = note};

	if (!addresses->count || !note)
		return;
	old_addresses_find(target, addresses, add_note, &notes);
	if (notes.count > NOTES_MAX)
		note("the old machine's addresses are in %zu more places", notes.count - NOTES_MAX);
}
