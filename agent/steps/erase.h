/* One place of a disk, such as an old partition, loses what it was: for libblkid, and for whatever else would know it again. */
#ifndef NEWROOT_STEPS_ERASE_H
#define NEWROOT_STEPS_ERASE_H

#include "steps/signatures.h"

/*
 * Zero both ends of the extent, then erase the signatures that lie further inside (LUKS 2 has copies at 4 MiB). `*erased`
 * counts the latter. Errors: ERR_IO, ERR_WIPE.
 */
int erase_place(int fd, const char *path, struct extent extent, unsigned *erased, struct err *err);

#endif
