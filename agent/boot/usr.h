/*
 * A system whose init lies on a volume of its own, /usr: it is mounted before init starts, as such systems
 * expect of their initrd. The system's own fstab(5) says what and how.
 */
#ifndef NEWROOT_BOOT_USR_H
#define NEWROOT_BOOT_USR_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

struct boot_usr {
	const char *device, *type, *options;
};

/* The line for /usr in the text of an fstab; its strings are in `arena`. False: there is none on a local disk. */
bool boot_usr_parse(struct boot_usr *usr, const char *fstab, struct arena *arena);

/* Mount the /usr of the system at BOOT_SYSROOT. No line for it is no error. Errors: ERR_BOOT. */
int boot_usr_mount(struct arena *arena, struct err *err);

#endif
