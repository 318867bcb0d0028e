/* Load kernel modules in the order the slim initrd's maker wrote down. */
#ifndef NEWROOT_BOOT_MODULES_H
#define NEWROOT_BOOT_MODULES_H

#include "base/arena.h"
#include "base/err.h"
#include "boot/config.h"
#include "boot/line.h"

/*
 * Load all. Returns those that failed, with reasons, as text of the arena ("" for none): hardware they are for may
 * be absent, so only a root that is not found makes them interesting. Files are plain .ko; init_module(2)
 * is there since 2.6.0.
 */
char *boot_modules_load(const struct boot_config *config, const struct boot_line *line,
			struct arena *arena);

#endif
