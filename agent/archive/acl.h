/*
 * POSIX ACLs of an entry in the form the kernel takes: the value of the xattr system.posix_acl_access or
 * …_default (include/uapi/linux/posix_acl_xattr.h). Private to extract.c.
 */
#ifndef NEWROOT_ARCHIVE_ACL_H
#define NEWROOT_ARCHIVE_ACL_H

#include <archive_entry.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define ACL_ENTRIES_MAX  512 /* xfs stores 25 in old filesystems, ext4 about 500 */
#define ACL_ENTRY_BYTES  8
#define ACL_HEADER_BYTES 4

struct acl_value {
	size_t size;
	uint8_t bytes[ACL_HEADER_BYTES + ACL_ENTRIES_MAX * ACL_ENTRY_BYTES];
};

/* etc/passwd and etc/group of the new system. */
struct accounts {
	char *users, *groups; /* the files' text; "" when there is none */
};

enum acl_result {
	ACL_FAILED = -1,
	ACL_NONE,  /* the entry has none of this type, or has it as an xattr */
	ACL_NAMED, /* it names users without numbers, and there are no accounts to ask */
	ACL_ENCODED,
};

/* `type`: ARCHIVE_ENTRY_ACL_TYPE_ACCESS or …_DEFAULT; `accounts` may be NULL. Errors: ERR_ARCHIVE_ENTRY. */
enum acl_result acl_encode(struct archive_entry *entry, int type, const struct accounts *accounts,
			   struct acl_value *value, struct err *err);

/* Read both files below `root_fd`; -1: none. A missing file is an empty one. Errors: ERR_IO, ERR_MEMORY. */
int accounts_read(struct accounts *accounts, int root_fd, struct err *err);
void accounts_free(struct accounts *accounts);

/* The number of an account of `text` (passwd or group), or -1. */
int64_t accounts_find(const char *text, const char *name);

#endif
