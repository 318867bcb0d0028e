/*
 * The filesystems of the slim initrd and its device nodes: devtmpfs where the kernel has it, else a tmpfs with
 * nodes made from what sysfs shows, as 2.6.18 needs.
 */
#ifndef NEWROOT_BOOT_NODES_H
#define NEWROOT_BOOT_NODES_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/* Mount /proc, /sys and /dev. Errors: ERR_BOOT. */
int boot_nodes_mount(struct err *err);

/*
 * Block devices below `sysfs`, whole disks and partitions, as paths in `dev` ("/dev/sda1"); nodes that
 * are missing there are made. `*paths` is NULL-terminated and the arena's. Errors: ERR_BOOT.
 */
int boot_nodes_scan(const char *sysfs, const char *dev, const char ***paths, size_t *count,
		    struct arena *arena, struct err *err);

#endif
