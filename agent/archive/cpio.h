/*
 * Write a cpio archive in the "newc" form that the kernel unpacks as initramfs
 * (Documentation/driver-api/early-userspace/buffer-format.rst). Owner is root, mtime 0: the same
 * contents give the same bytes. Failure is sticky: write everything, check cpio_end().
 */
#ifndef NEWROOT_ARCHIVE_CPIO_H
#define NEWROOT_ARCHIVE_CPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct cpio {
	/* Takes all of it, or returns -1 with `err` filled. */
	int (*write)(void *ctx, const void *data, size_t size, struct err *err);
	void *ctx;
	uint64_t bytes; /* written so far */
	uint32_t inode; /* of the last entry */
	struct err err; /* the first failure */
};

/* Paths are without a leading "/"; a directory comes before what is in it. */
void cpio_directory(struct cpio *cpio, const char *path, mode_t mode);
void cpio_file(struct cpio *cpio, const char *path, mode_t mode, const void *data, size_t size);
void cpio_symlink(struct cpio *cpio, const char *path, const char *target);
/* `type` is S_IFCHR or S_IFBLK. */
void cpio_device(struct cpio *cpio, const char *path, mode_t type, mode_t mode, unsigned major,
		 unsigned minor);

/* Write the trailer. 0, or -1 with the first failure of all. Errors: what `write` gave, ERR_INITRD. */
int cpio_end(struct cpio *cpio, struct err *err);

#endif
