/*
 * Give what was unpacked the owner, mode, xattrs, ACLs and times of its entry, in the order that keeps
 * them: chown clears setuid and capabilities, everything changes times. Private to extract.c.
 */
#ifndef NEWROOT_ARCHIVE_METADATA_H
#define NEWROOT_ARCHIVE_METADATA_H

#include <archive_entry.h>
#include <stddef.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

#define XATTR_ACL_ACCESS  "system.posix_acl_access"
#define XATTR_ACL_DEFAULT "system.posix_acl_default"

struct metadata_target {
	int fd; /* of a file or directory; -1: `name` in `dir`, for all else */
	int dir;
	const char *name;
	bool fresh; /* just made, as root's and with the entry's permissions */
};

/*
 * Of the entry's attributes, how many no filesystem of a new system has a place for (system.nfs4_acl, btrfs.…,
 * com.apple.…; NFSv4 ACLs as tar writes them): metadata_apply() leaves them out. `*name` gets the first one's.
 */
size_t metadata_left_out(struct archive_entry *entry, const char **name);

int metadata_apply(const struct metadata_target *target, struct archive_entry *entry,
		   struct err *err);

/* Take from a new file what its directory passed on: group, setgid, ACLs. 0, or -1 with errno. */
int metadata_disinherit(int dir, const char *name, mode_t mode);

/* An error with errno and the code that fits it: ERR_ARCHIVE_SPACE, ERR_IO or ERR_ARCHIVE_ENTRY. Returns -1. */
int metadata_fail(const char *name, const char *what, struct err *err);

/* The same for what would have been new in the folder `dir`: "no space" may mean that it is out of inodes. */
int metadata_fail_new(int dir, const char *name, const char *what, struct err *err);

#endif
