/* A small tree in a temporary folder that stands for an unpacked system. */
#ifndef NEWROOT_TESTS_OS_TREE_H
#define NEWROOT_TESTS_OS_TREE_H

#include "os/changes.h"

struct tree {
	char root[64];
	struct target target;
	struct arena arena;
};

/* What a tree is made of: "path" an empty program, "path=content" a file, "path>to" a link. */
void tree_make(struct tree *tree, const char *const *entries);
void tree_free(struct tree *tree); /* removes the folder */

/* Content of a file of the tree, or NULL. */
const char *tree_read(struct tree *tree, const char *path);

/*
 * Print the changes for people and compare with tests/unit/golden/os/NAME; then apply them and
 * verify them. With NEWROOT_GOLDEN=write the golden file is written instead.
 */
void changes_are_golden(const struct changes *changes, const char *name);

#endif
