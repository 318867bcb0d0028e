/* Reading and writing all of it: short counts and signals are gone on after. */
#ifndef NEWROOT_BASE_IO_H
#define NEWROOT_BASE_IO_H

#include <stddef.h>
#include <sys/types.h>

/* 0, or -1 with errno. */
int write_all(int fd, const void *data, size_t size);

/* Read until `size` bytes or the end: how many, or -1 with errno. */
ssize_t read_all(int fd, void *data, size_t size);

/*
 * Write out the folder that holds `path`: a name that was made, moved or removed there stays so after a power cut (fsync(2)).
 * 0, or -1 with errno.
 */
int sync_parent(const char *path);

#endif
