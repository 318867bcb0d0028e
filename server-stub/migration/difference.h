/* Where two JSON values differ, path by path: what an operator is shown before anything is changed. */
#ifndef SERVER_MIGRATION_DIFFERENCE_H
#define SERVER_MIGRATION_DIFFERENCE_H

#include <jansson.h>

#include "base/arena.h"

struct change {
	const struct change *next;
	const char *path;      /* RFC 6901 */
	const char *old, *now; /* short and safe to print; NULL: absent */
};

/* The changes from `old` to `now`, in the order of `old`, then of what is new; in the arena. NULL: they are equal. */
const struct change *difference(struct arena *arena, const json_t *old, const json_t *now);

#endif
