/*
 * Where an unpack is: the open directories from the root down to the current one. Going from entry to
 * entry costs only the steps up and down between them, and no path is walked twice. A
 * directory gets its owner, mode, ACL and times when it is left, after all that is put into it.
 * Private to extract.c.
 */
#ifndef NEWROOT_ARCHIVE_TREE_H
#define NEWROOT_ARCHIVE_TREE_H

#include <archive_entry.h>
#include <limits.h>
#include <stdbool.h>
#include <time.h>

#include "base/err.h"
#include "base/limits.h"

struct tree_dir {
	int fd;
	char *name;                  /* within its parent; NULL for the root */
	struct archive_entry *entry; /* what the archive says of it, or NULL */
	bool existed;                /* before this unpack came by: `mtime` is put back */
	bool inherits;               /* what is made here gets a group or ACL of its own accord */
	struct timespec mtime;
};

struct tree {
	struct tree_dir dirs[EXTRACT_DEPTH_MAX];
	size_t depth; /* at least 1 once begun */
};

int tree_begin(struct tree *tree, int root_fd, struct err *err);

/* Go to the directory that holds `path`, making what is missing, and point `*name` at the last component. */
int tree_enter(struct tree *tree, const char *path, const char **name, struct err *err);

/* Go into the directory `name` of the current one, for which the archive has an entry. */
int tree_enter_entry(struct tree *tree, const char *name, const struct archive_entry *entry,
		     struct err *err);

/* The archive has an entry for the current directory itself. */
int tree_describe(struct tree *tree, const struct archive_entry *entry, struct err *err);

/* Leave every directory: the last ones get their metadata. */
int tree_end(struct tree *tree, struct err *err);

/* Free without applying anything, after an error. */
void tree_free(struct tree *tree);

static inline struct tree_dir *tree_here(struct tree *tree)
{
	return &tree->dirs[tree->depth - 1];
}

#endif
