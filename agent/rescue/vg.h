/* The VG of an installed system. */
#ifndef NEWROOT_RESCUE_VG_H
#define NEWROOT_RESCUE_VG_H

#include "base/arena.h"
#include "base/err.h"

#define VG_FIELD_BYTES 256

/* A merge that was interrupted goes on in the kernel; who watches over it is not LVM's daemon. */
#define VG_ON  "-ay --poll n"
#define VG_OFF "-an"

struct vg {
	char name[VG_FIELD_BYTES], uuid[VG_FIELD_BYTES];
};

/*
 * `wanted` is a VG's name or UUID; NULL: the VG "local", or the only one there is. Errors: ERR_LVM, ERR_RESCUE with the
 * list of those that there are.
 */
int vg_choose(struct vg *vg, const char *wanted, struct arena *arena, struct err *err);

/* `how` is VG_ON or VG_OFF. Errors: ERR_LVM. */
int vg_activate(const struct vg *vg, const char *how, struct arena *arena, struct err *err);

/* The rows of one LVM report, in the arena. Errors: ERR_LVM. */
int vg_report(const char *command, char **report, struct arena *arena, struct err *err);

#endif
