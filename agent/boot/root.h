/* Find the root filesystem's device and mount it. */
#ifndef NEWROOT_BOOT_ROOT_H
#define NEWROOT_BOOT_ROOT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "boot/config.h"
#include "boot/line.h"

/*
 * Wait until root= is there, activating the volume group as disks appear or can be read at last, and mount it at BOOT_SYSROOT.
 * Patience is BOOT_PATIENCE_S, or rootdelay= when that is longer, or endless with rootwait.
 * Errors: ERR_BOOT with what was seen meanwhile.
 */
int boot_root_mount(const struct boot_line *line, const struct boot_config *config,
		    struct arena *arena, struct err *err);

/* The device of root= ("UUID=…", "LABEL=…" or a path) among `paths` in `device`; false: not there (yet). */
bool boot_root_find(const char *root, const char *const *paths, size_t count, char *device,
		    size_t size);

#endif
