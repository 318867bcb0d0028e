/* What depmod knows of every module. Private to depmod*.c. */
#ifndef NEWROOT_ARCHIVE_DEPMOD_PRIVATE_H
#define NEWROOT_ARCHIVE_DEPMOD_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/module_index.h"
#include "base/arena.h"
#include "base/limits.h"

struct depmod_module {
	const char *path; /* below the module folder */
	const char *name;
	const char *depends; /* "a,b": names of modules it needs directly */
	uint32_t rank;       /* its place in modules.order: which of several drivers comes first */
	bool visited;
};

struct depmod {
	struct arena arena;
	struct depmod_module *module; /* of MODULES_MAX; sorted by name after collecting */
	size_t count;
	struct module_index alias, symbols, softdep, devname, dep, builtin, builtin_alias;
};

/* Find all modules below `dir_fd`, one a name, and read what they say of themselves. */
int depmod_collect(struct depmod *depmod, int dir_fd, struct err *err);

#endif
