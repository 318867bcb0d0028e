/*
 * Assembling an installed system under /newroot from what is on the disks, without its job: the VG, the root LV,
 * what its fstab names, and /proc, /sys, /dev for a chroot. For people in the rescue shell: progress goes
 * to stdout.
 */
#ifndef NEWROOT_RESCUE_ASSEMBLE_H
#define NEWROOT_RESCUE_ASSEMBLE_H

#include <stdbool.h>

#include "base/err.h"

/*
 * `vg` is a VG's name or UUID; NULL: the VG "local", or the only one there is. Nothing is done when a
 * system is mounted already. A filesystem of fstab that can't be mounted is told and
 * left out; the others are tried. Errors: ERR_RESCUE, ERR_LVM, ERR_MOUNT.
 */
int assemble_mount(const char *vg, struct err *err);

/* Unmount it all and deactivate the VG. Errors: ERR_MOUNT, ERR_LVM. */
int assemble_undo(const char *vg, struct err *err);

bool assemble_is_mounted(void);

#endif
