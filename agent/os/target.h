/*
 * The tree of the new system, read. A path is absolute in that tree and is resolved with the tree as
 * its root (openat2(2), RESOLVE_IN_ROOT): no symlink of the target, absolute or with "..", leads
 * out of it.
 */
#ifndef NEWROOT_OS_TARGET_H
#define NEWROOT_OS_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"

struct target {
	const char *root; /* for messages */
	int fd;
};

/* `root` must outlive the target. Errors: ERR_CONFIGURE. */
int target_open(struct target *target, const char *root, struct err *err);
void target_close(struct target *target);

/* openat2(2) in the tree: a descriptor (close-on-exec), or -1 with errno. */
int target_fd(const struct target *target, const char *path, int flags);

/* These follow symlinks; a dangling one does not exist. */
bool target_exists(const struct target *target, const char *path);
bool target_stat(const struct target *target, const char *path, struct stat *st);

/* The path itself, not what a symlink there leads to. */
bool target_lstat(const struct target *target, const char *path, struct stat *st);
/* Where the symlink `path` itself points, as it stands there (arena); NULL: it is none. */
const char *target_link(const struct target *target, const char *path, struct arena *arena);

/* Where `path` leads after all symlinks, as a path in the tree (arena); NULL: nowhere. */
const char *target_resolve(const struct target *target, const char *path, struct arena *arena);

/*
 * The whole file in `arena`, NUL-terminated, at most TARGET_READ_MAX bytes; `size` may be NULL.
 * A missing file is no error: `*data` is NULL then.
 */
int target_read(const struct target *target, const char *path, struct arena *arena,
		const char **data, size_t *size, struct err *err);

/* Names in the directory `path` that begin with `prefix`, sorted; none when it is missing. */
struct target_names {
	const char **item;
	size_t count;
};
int target_list(const struct target *target, const char *path, const char *prefix,
		struct arena *arena, struct target_names *names, struct err *err);

#endif
