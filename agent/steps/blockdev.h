/* Writing to block devices: zeroing, letting the kernel see a new partition table, waiting for nodes. */
#ifndef NEWROOT_STEPS_BLOCKDEV_H
#define NEWROOT_STEPS_BLOCKDEV_H

#include <stdint.h>

#include "base/err.h"

/*
 * Open for reading and writing, claimed for ourselves: the kernel refuses that while anything else
 * (a mount, dm, md, swap) holds the device; tried again for five seconds, because a holder that was
 * just removed takes a moment. Errors: ERR_MACHINE_BUSY, ERR_IO.
 */
int blockdev_claim(const char *path, struct err *err);

/* fsync and close; `fd` is closed in any case. Errors: ERR_IO. */
int blockdev_close(int fd, const char *path, struct err *err);

/* Write zeros. Errors: ERR_IO with the offset. */
int blockdev_zero(int fd, const char *path, uint64_t offset, uint64_t size, struct err *err);

/*
 * Make the kernel read the partition table again; `fd` comes from blockdev_claim(). Errors:
 * ERR_MACHINE_BUSY when something still holds a partition.
 */
int blockdev_reread(int fd, const char *path, struct err *err);

/*
 * Is the device as large as `size` says, and can both of its ends be read, from the device itself? `path` may be a file, in
 * tests. Errors: ERR_MACHINE_DISK.
 */
int blockdev_read_ends(const char *path, uint64_t size, struct err *err);

/* Size in bytes of a node that is there within five seconds. Errors: ERR_IO. */
int blockdev_wait(const char *path, uint64_t *size, struct err *err);

#endif
