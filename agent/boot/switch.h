/* Leave the slim initrd for the installed system. */
#ifndef NEWROOT_BOOT_SWITCH_H
#define NEWROOT_BOOT_SWITCH_H

#include <stdbool.h>

#include "base/err.h"

/* Can `init` (NULL: the usual one) of the system at BOOT_SYSROOT be run? */
bool boot_switch_runs(const char *init);

/*
 * The init to start, of the system at BOOT_SYSROOT: `wanted` (init=, or NULL) or the first there is of
 * those the kernel itself would try. Errors: ERR_BOOT.
 */
int boot_switch_choose(const char *wanted, const char **init, struct err *err);

/*
 * Hand /dev, /proc and /sys over, empty the initramfs, make BOOT_SYSROOT the root and become `init`, with
 * argv[1] and on as its arguments. Returns only on failure, with ERR_BOOT; the initramfs may be gone then.
 */
int boot_switch(const char *init, char **argv, struct err *err);

#endif
