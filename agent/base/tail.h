/* The last lines of a stream: what a failed child said before it died. */
#ifndef NEWROOT_BASE_TAIL_H
#define NEWROOT_BASE_TAIL_H

#include <stddef.h>

#include "base/limits.h"

struct tail {
	char line[CHILD_TAIL_LINES][CHILD_TAIL_LINE_MAX];
	size_t next;  /* index of the line being filled */
	size_t count; /* finished lines, at most CHILD_TAIL_LINES */
	size_t used;  /* bytes in the line being filled */
};

/* Add bytes as they come; each finished line is also logged as "NAME: line". */
void tail_add(struct tail *tail, const char *name, const char *bytes, size_t size);
/* Finish a last line that has no newline. */
void tail_end(struct tail *tail, const char *name);
/* The kept lines, oldest first, into `lines[CHILD_TAIL_LINES]`; they point into `tail`. */
size_t tail_lines(const struct tail *tail, const char **lines);

#endif
