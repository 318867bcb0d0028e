/* What a device holds, by libblkid: the superblock of a filesystem, swap area, PV or RAID member. */
#ifndef NEWROOT_MACHINE_SUPERBLOCK_H
#define NEWROOT_MACHINE_SUPERBLOCK_H

#include "base/err.h"

struct superblock {
	char type
		[32]; /* libblkid's name: "xfs", "ext3", "swap", "LVM2_member"; "" when there is none */
	char uuid[40]; /* text; "" when it has none */
	char label[64];
};

/* Errors: ERR_IO when the device can't be read, or holds several signatures that contradict each other. */
int superblock_read(struct superblock *superblock, const char *device, struct err *err);

#endif
