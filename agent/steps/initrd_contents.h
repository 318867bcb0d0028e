/* What is inside an initrd (gzip'ed cpio), read back from the disk: what the booting kernel will find. */
#ifndef NEWROOT_STEPS_INITRD_CONTENTS_H
#define NEWROOT_STEPS_INITRD_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct initrd_contents {
	bool has_init;        /* /init is there, may be executed and is not empty */
	const char **modules; /* names of its kernel modules, "_" for "-", the arena's */
	size_t module_count, room;
};

/* Read the whole archive from `fd`; `path` is for messages. Errors: ERR_VERIFY. */
int initrd_contents_read(struct initrd_contents *contents, int fd, const char *path,
			 struct arena *arena, struct err *err);

bool initrd_contents_has(const struct initrd_contents *contents, const char *module);

#endif
