/*
 * The tree of the new system, written: each file goes to a temporary name beside its place, is
 * synced, and is renamed over it, so that it is there whole or not at all. The last component is
 * replaced, never followed; missing directories above it are made (0755, root).
 * Errors: ERR_CONFIGURE.
 */
#ifndef NEWROOT_OS_TARGET_WRITE_H
#define NEWROOT_OS_TARGET_WRITE_H

#include "os/target.h"

/* What a replaced file is kept as; an older one of that name stays: it is the original. */
#define KEPT_SUFFIX ".premigration"

struct target_attr {
	mode_t mode;
	uid_t uid;
	gid_t gid;
	bool keep_old; /* the replaced file stays as PATH.premigration */
};

int target_write(const struct target *target, const char *path, const char *data, size_t size,
		 const struct target_attr *attr, struct err *err);
int target_symlink(const struct target *target, const char *path, const char *to, struct err *err);

/* Make the directory where it is missing; mode and owner are set in any case. */
int target_mkdir(const struct target *target, const char *path, const struct target_attr *attr,
		 struct err *err);

/* Unlink a file or a link; the directory above it must be there. */
int target_remove(const struct target *target, const char *path, struct err *err);

/* Rename `path` to `name` in the same directory; a file of that name is replaced. */
int target_set_aside(const struct target *target, const char *path, const char *name,
		     struct err *err);

#endif
