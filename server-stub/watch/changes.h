/* Changes of VMs as lines of a log: for watch without a terminal. */
#ifndef SERVER_WATCH_CHANGES_H
#define SERVER_WATCH_CHANGES_H

#include <stdint.h>
#include <stdio.h>

#include "vm/vm.h"

struct changes {
	FILE *out;
	const char *group; /* only of this one; NULL: all */
	bool utf8;
	int64_t now_ms;
};

/*
 * One line when the VM is at another state or step, or when there is something else to tell of it; not for each
 * progress. `old` or `new` may be NULL: it has come, or gone.
 */
void changes_print(struct changes *changes, const struct vm *old, const struct vm *new);

#endif
