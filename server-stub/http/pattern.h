/*
 * Paths of routes: literal, with '*' for one segment that is not empty, and '**' at the end for
 * whatever follows, also nothing.
 */
#ifndef SERVER_HTTP_PATTERN_H
#define SERVER_HTTP_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

/* Parts of the path that was matched. */
struct pattern_match {
	const char *name; /* what '*' stands for, not NUL-terminated; NULL: no '*' */
	size_t name_size;
	const char *rest; /* what '**' stands for; "" without one */
};

bool pattern_match(const char *pattern, const char *path, struct pattern_match *match);

#endif
