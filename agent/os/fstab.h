/* /etc/fstab (fstab(5)) of the new system. */
#ifndef NEWROOT_OS_FSTAB_H
#define NEWROOT_OS_FSTAB_H

#include "os/changes.h"

#define FSTAB "/etc/fstab"

struct fstab_entry {
	const char *spec;    /* "UUID=…", "/dev/local/root" */
	const char *mount;   /* NULL: swap */
	const char *type;    /* "xfs", "swap" */
	const char *options; /* "defaults" */
};

/*
 * The entries in their order, and of the old fstab what belongs to no disk: proc, sysfs, tmpfs,
 * bind mounts and the like, and swap files and images that have come with the archive; a note
 * tells of those that have not. The old one stays as fstab.premigration.
 * A filesystem is checked at boot only where the new system has its fsck.
 */
int fstab_render(struct changes *changes, const struct fstab_entry *entries, size_t count,
		 struct err *err);

#endif
