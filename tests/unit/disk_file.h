/* A file that stands for a disk: sparse, made by disk_setup(), open as `fd`. Before the include, DISK_SIZE says its bytes. */
#ifndef NEWROOT_TESTS_DISK_FILE_H
#define NEWROOT_TESTS_DISK_FILE_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/newroot-disk.XXXXXX";
static int fd;

static inline int disk_setup(void **state)
{
	(void)state;
	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	fd = mkstemp(path);
	return fd < 0 || ftruncate(fd, (off_t)DISK_SIZE);
}

static inline int disk_teardown(void **state)
{
	(void)state;
	close(fd);
	return unlink(path);
}

#endif
