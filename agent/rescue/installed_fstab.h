/* The filesystems that the fstab of the system under /newroot names. */
#ifndef NEWROOT_RESCUE_INSTALLED_FSTAB_H
#define NEWROOT_RESCUE_INSTALLED_FSTAB_H

#include "steps/step.h"

#define INSTALLED_FSTAB NEWROOT_MOUNT "/etc/fstab"

/*
 * Mount all that lie on block devices, parents first, each told on stdout; the root is mounted
 * already, swap, noauto, network and kernel filesystems are passed over. Returns how many failed.
 */
unsigned installed_fstab_mount(void);

#endif
