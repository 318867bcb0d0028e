/*
 * A sysfs folder for tests, made from a readable list in tests/unit/sysfs/NAME:
 * "path = text" is a file (\xHH is a byte), "path -> target" a link, "# …" a comment.
 */
#ifndef NEWROOT_TESTS_SYSFS_TREE_H
#define NEWROOT_TESTS_SYSFS_TREE_H

#include <limits.h>

/* Make a fresh folder; its path goes to `root`. Ends the test when it can't. */
void sysfs_tree_make(char root[PATH_MAX], const char *name);
void sysfs_tree_remove(const char *root);

#endif
