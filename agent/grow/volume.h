/* The volume that is to grow, as LVM knows it. */
#ifndef NEWROOT_GROW_VOLUME_H
#define NEWROOT_GROW_VOLUME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "rescue/vg.h"

struct grow_volume {
	struct vg vg;
	const char *name, *path; /* "data", "/dev/local/data" */
	uint64_t extent;         /* bytes */
	uint64_t extents;        /* that it has */
	uint64_t before; /* that it had before a growth that was interrupted; 0: there was none */
	uint64_t free;   /* extents of the VG that nothing uses */
};

/*
 * Find volume `name` in the VG that `vg` names. Errors: ERR_GROW_REFUSED (there is none; a snapshot of it, or an inactive one, cannot be grown
 * in use), ERR_RESCUE, ERR_LVM.
 */
int grow_volume_read(struct grow_volume *volume, const char *vg, const char *name,
		     struct arena *arena, struct err *err);

/* Make it `extents` large, and note what it had before. Errors: ERR_LVM: it is as it was. */
int grow_volume_extend(const struct grow_volume *volume, uint64_t extents, struct arena *arena,
		       struct err *err);

/* All is done: that note goes. Errors: ERR_LVM. */
int grow_volume_end(const struct grow_volume *volume, struct arena *arena, struct err *err);

#endif
