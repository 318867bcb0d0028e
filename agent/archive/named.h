/*
 * ACLs that name accounts without numbers, as tar --acls writes them: they wait until the archive, and with
 * it perhaps etc/passwd, is unpacked. Private to extract.c.
 */
#ifndef NEWROOT_ARCHIVE_NAMED_H
#define NEWROOT_ARCHIVE_NAMED_H

#include <archive_entry.h>
#include <stddef.h>

#include "base/err.h"
#include "base/limits.h"

struct named_acls {
	struct archive_entry *entry[EXTRACT_NAMED_ACLS_MAX];
	size_t count;
};

/* Keep a copy of the entry when it has such an ACL; `path` is where it went. */
int named_remember(struct named_acls *named, struct archive_entry *entry, const char *path,
		   struct err *err);

/* Set them all, below `root_fd`, by the accounts below `accounts_fd` (-1: none). */
int named_apply(const struct named_acls *named, int root_fd, int accounts_fd, struct err *err);

void named_free(struct named_acls *named);

#endif
