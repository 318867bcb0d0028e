/* Which kernel a moved system's own boot loader starts by default: its operator's choice, which a version number does not tell. */
#ifndef NEWROOT_FACTS_KERNEL_DEFAULT_H
#define NEWROOT_FACTS_KERNEL_DEFAULT_H

#include <stdbool.h>

#include "base/arena.h"

#define BOOT_FILE_MAX                                                                              \
	65536 /* bytes that are looked at: a menu of GRUB legacy has some KiB; grubenv has 1 KiB */

/* Where the files of /boot are: in a tree, or in an archive that is read. */
struct boot_reader {
	/* The text of a file such as "/boot/grub/menu.lst", as long as `arena`; "" when there is none. */
	const char *(*read)(void *ctx, const char *path, struct arena *arena);
	void *ctx;
};

/*
 * A text that holds the release of the default kernel, in `arena`: the `kernel` line of GRUB legacy's menu, the `linux` line of
 * a BLS entry, or the title that GRUB 2 has saved. "" when the system does not tell.
 */
const char *kernel_default(const struct boot_reader *reader, struct arena *arena);

/* Is it one of the files that kernel_default() may ask for? */
bool kernel_default_reads(const char *path);

#endif
