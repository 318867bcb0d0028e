/*
 * KEY="value" lines of a shell-like file (/etc/sysconfig/network, /etc/conf.d/hostname), edited
 * in place: comments and other keys stay as they are.
 */
#ifndef NEWROOT_OS_ASSIGNMENTS_H
#define NEWROOT_OS_ASSIGNMENTS_H

#include <stddef.h>

#include "os/text.h"

struct assignment {
	const char *key;
	const char *value; /* written in double quotes; NULL: the key's lines are removed */
};

/*
 * `old` (NULL: none) with the assignments made, each at the key's first line or else at the end. Lines are read as a shell does:
 * "export", blanks before them, values over several lines. Behind a command that may assign the key as well ours stands again.
 */
void assignments_edit(struct text *text, const char *old, const struct assignment *assignments,
		      size_t count);

/* KEY="value" with what a shell would expand in the value escaped. */
void assignment_print(struct text *text, const char *key, const char *value);

#endif
