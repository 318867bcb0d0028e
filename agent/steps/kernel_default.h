/* Which kernel the moved system's own boot loader starts by default: its operator's choice, which a version number does not tell. */
#ifndef NEWROOT_STEPS_KERNEL_DEFAULT_H
#define NEWROOT_STEPS_KERNEL_DEFAULT_H

#include "base/arena.h"

/*
 * For a child with the new system as its root directory: a text that holds the release of the default kernel, in `arena`:
 * the `kernel` line of GRUB legacy's menu, the `linux` line of a BLS entry, or the title that GRUB 2 has saved. "" when the system does not tell.
 */
const char *kernel_default(struct arena *arena);

#endif
