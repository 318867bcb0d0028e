/* Old contents of a disk, by libblkid: where partitions lay, and signatures to be erased. */
#ifndef NEWROOT_STEPS_SIGNATURES_H
#define NEWROOT_STEPS_SIGNATURES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct extent {
	uint64_t start, size; /* bytes */
};

#define EXTENTS_MAX 512 /* GPT has 128 entries, twice: what the kernel and what libblkid sees */

struct extents {
	struct extent item[EXTENTS_MAX];
	size_t count;
};

/*
 * Add the partitions of every table that libblkid finds on the open disk, also when only GPT's
 * backup at its end survives, or the kernel takes no notice. Errors: ERR_WIPE.
 */
int signatures_partitions(struct extents *extents, int fd, const char *path, uint64_t disk_size,
			  struct err *err);

/*
 * Erase every signature (filesystem, swap, PV, RAID member, table; also backups at the end) within
 * the extent, so that libblkid finds nothing there. `*erased` counts them. Errors: ERR_WIPE.
 */
int signatures_erase(int fd, const char *path, struct extent extent, unsigned *erased,
		     struct err *err);

/* Whether anything is left; its type goes to `type` (32 bytes). 1: yes, 0: no, -1: ERR_WIPE. */
int signatures_left(int fd, const char *path, struct extent extent, char *type, struct err *err);

/* Add one extent, if it is new. Errors: ERR_WIPE when there are too many. */
int extents_add(struct extents *extents, uint64_t start, uint64_t size, const char *path,
		struct err *err);

#endif
