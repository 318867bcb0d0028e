/*
 * Make what one entry of an archive describes: file, directory, link, device. Private to extract.c.
 */
#ifndef NEWROOT_ARCHIVE_PLACE_H
#define NEWROOT_ARCHIVE_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "archive/input.h"
#include "archive/tree.h"
#include "base/err.h"

struct place {
	struct input *input;
	struct tree tree;
	int root_fd;
	uint64_t bytes; /* of contents written */
};

/* "./usr/bin/" becomes "usr/bin", the root itself ""; a ".." is refused. Errors: ERR_ARCHIVE_ENTRY. */
int entry_path(const char *path, char *out, size_t size, struct err *err);

/* `path` is the entry's, by entry_path(). */
int place_entry(struct place *place, struct archive_entry *entry, const char *path,
		struct err *err);

#endif
