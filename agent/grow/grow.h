/*
 * `newroot grow`: a volume of the running installed system and what is on it become larger, without the system's own tools. All that has to
 * outlive an interruption is in LVM's metadata:
 *
 *	tag newroot.grow=N   of a volume: it is being grown, and had N extents before
 *
 * so that the same command, given once more, goes on to the same size.
 */
#ifndef NEWROOT_GROW_GROW_H
#define NEWROOT_GROW_GROW_H

#include <stdio.h>

#include "grow/contents.h"
#include "grow/volume.h"

struct grow_wish {
	const char *vg;     /* name or UUID; NULL: "local", or the only one */
	const char *volume; /* name of the LV */
	const char *size;   /* "20GiB", or "+5GiB" */
};

/* What would be done. */
struct grow_plan {
	struct grow_volume volume;
	struct grow_contents contents;
	uint64_t extents; /* that the volume will have */
};

/*
 * Look at the machine; strings are in `arena`. Changes nothing. Errors: ERR_USAGE (no size), ERR_GROW_REFUSED, ERR_RESCUE (no such
 * VG), ERR_LVM.
 */
int grow_look(struct grow_plan *plan, const struct grow_wish *wish, struct arena *arena,
	      struct err *err);

/* Sizes before and after, as lines for people. */
void grow_tell(const struct grow_plan *plan, FILE *out);
/* The same in one line, in the arena. */
const char *grow_summary(const struct grow_plan *plan, struct arena *arena);

/* Is there nothing to do? */
bool grow_is_done(const struct grow_plan *plan);

/*
 * Do it. Errors: ERR_GROW, ERR_LVM, ERR_MACHINE_BUSY: volume and contents work, with the old size or with the new one, and the
 * same command goes on.
 */
int grow_do(const struct grow_plan *plan, struct arena *arena, struct err *err);

#endif
