/*
 * Network interfaces get the names that the job ties to their MACs before the installed system's udev sees them. Udev itself
 * cannot swap two names of the kernel's: before release 197 it waited for a name to become free, since then it fails.
 */
#ifndef NEWROOT_BOOT_NICS_H
#define NEWROOT_BOOT_NICS_H

#include "boot/config.h"

/*
 * Rename those that are there, and wait a moment for those that are not. An interface that has a name of the job's without
 * being meant gets the first free ethN. What fails is said on the console: the boot goes on.
 */
void boot_nics_name(const struct boot_config *config);

#endif
