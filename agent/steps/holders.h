/*
 * What the kernel has assembled on a disk: LVs and other device-mapper devices, MD arrays. They are found
 * and removed through the kernel, not by LVM commands, so that a broken VG, or two of one name, can't confuse.
 */
#ifndef NEWROOT_STEPS_HOLDERS_H
#define NEWROOT_STEPS_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

#define LV_UUID "LVM-"

enum holder_kind { HOLDER_DM, HOLDER_MD, HOLDER_UNKNOWN };

struct holder {
	const char *name;  /* the kernel's: "dm-0", "md127" */
	const char *label; /* for people: "local-root" of dm; else the name */
	const char *uuid;  /* of dm, else ""; an LV's is LV_UUID and the ids of VG and LV */
	enum holder_kind kind;
};

#define HOLDERS_MAX 256 /* an old system had tens of LVs; each snapshot adds three devices */

struct holders {
	struct holder item[HOLDERS_MAX]; /* leaf first: nothing in it rests on a later one */
	size_t count;
};

/* Add all that rests on `disk` ("sda") and its partitions. Errors: ERR_IO, ERR_WIPE when there are too many. */
int holders_find(struct holders *holders, const char *sysfs, const char *disk, struct arena *arena,
		 struct err *err);

/*
 * Add LVs that rest on no disk at all, because all their PVs are missing, but whose VG is among the found ones
 * or is called `vg`: their names would collide with new ones. Errors as above.
 */
int holders_find_orphans(struct holders *holders, const char *sysfs, const char *vg,
			 struct arena *arena, struct err *err);

bool holders_have(const struct holders *holders, const char *name);

/*
 * Remove one that nothing rests on; changes no byte on any disk. To be called in a child (libdevmapper).
 * Errors: ERR_WIPE, ERR_MACHINE_BUSY for a kind that can't be removed.
 */
int holder_remove(const struct holder *holder, struct err *err);

#endif
