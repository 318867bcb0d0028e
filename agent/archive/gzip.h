/* Compress to a file descriptor as gzip (RFC 1952), which every kernel can unpack as initramfs. */
#ifndef NEWROOT_ARCHIVE_GZIP_H
#define NEWROOT_ARCHIVE_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct gzip;

/* `*gzip` is the caller's to gzip_close(); `fd` stays the caller's. Errors: ERR_MEMORY. */
int gzip_open(struct gzip **gzip, int fd, struct err *err);
int gzip_write(struct gzip *gzip, const void *data, size_t size, struct err *err);

/* Write the rest and free; `finish` false only frees, after an error. Errors: ERR_IO. */
int gzip_close(struct gzip *gzip, bool finish, struct err *err);

#endif
