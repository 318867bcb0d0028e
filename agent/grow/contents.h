/* What is on the volume that grows: a mounted filesystem, or swap. */
#ifndef NEWROOT_GROW_CONTENTS_H
#define NEWROOT_GROW_CONTENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define GROW_PLACE_MAX 4096

struct grow_contents {
	const struct grow_kind *kind;
	char type[32];              /* "ext3" */
	char place[GROW_PLACE_MAX]; /* where it is mounted; "" of swap */
	uint64_t bytes;             /* that it has, and … */
	uint64_t after;             /* … will have */
};

struct grow_kind {
	const char *const *types; /* libblkid's names; ends with NULL */
	bool is_mounted;          /* it is grown by the kernel, through its mount point */
	/*
	 * Fill `bytes` and `after`, for a volume of `size` bytes on `device`. Changes nothing. Errors: ERR_GROW_REFUSED when that cannot be done;
	 * ERR_GROW when it cannot be read.
	 */
	int (*check)(struct grow_contents *contents, const char *device, uint64_t size,
		     struct err *err);
	/* Have it fill `after` bytes of the device, which is that large. Errors: ERR_GROW. */
	int (*grow)(const struct grow_contents *contents, const char *device, struct err *err);
};

extern const struct grow_kind grow_ext, grow_xfs, grow_swap;

/*
 * What is on `device` (a node that is there), and how it would fill `size` bytes. Errors: ERR_GROW_REFUSED: nothing that can be
 * grown, or not mounted for writing; those of the kind's check.
 */
int grow_contents_read(struct grow_contents *contents, const char *device, uint64_t size,
		       struct err *err);

#endif
