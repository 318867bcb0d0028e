#include "archive/cpio.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define HEADER_SIZE 110
#define ALIGNMENT   4

struct header {
	mode_t mode;
	size_t size;
	unsigned major, minor;
};

static void put(struct cpio *cpio, const void *data, size_t size)
{
	if (cpio->err.code != ERR_NONE || size == 0)
		return;
	if (cpio->write(cpio->ctx, data, size, &cpio->err) && cpio->err.code == ERR_NONE)
		err_set(&cpio->err, ERR_INITRD, NULL, "a cpio archive could not be written");
	cpio->bytes += size;
}

static void pad(struct cpio *cpio)
{
	static const char zeros[ALIGNMENT];

	put(cpio, zeros, (size_t)(-cpio->bytes % ALIGNMENT));
}

static void put_header(struct cpio *cpio, const char *path, const struct header *h)
{
	size_t name_size = strlen(path) + 1;
	char text[HEADER_SIZE + 1];

	if (h->size > UINT32_MAX || name_size > PATH_MAX) {
		struct err err = ERR_INIT;

		err_set(&err, ERR_INITRD, path,
			"the name or contents are too large for a cpio archive");
		err_keep(&cpio->err, &err);
		return;
	}
	cpio->inode++;
	/* magic inode mode uid gid nlink mtime size devmajor devminor rdevmajor rdevminor namesize check */
	snprintf(text, sizeof(text),
		 "070701%08" PRIX32 "%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X",
		 cpio->inode, (unsigned)h->mode, 0U, 0U, S_ISDIR(h->mode) ? 2U : 1U, 0U, h->size,
		 0U, 0U, h->major, h->minor, name_size, 0U);
	put(cpio, text, HEADER_SIZE);
	put(cpio, path, name_size);
	pad(cpio);
}

void cpio_directory(struct cpio *cpio, const char *path, mode_t mode)
{
	put_header(cpio, path, &(struct header){.mode = S_IFDIR | mode});
}

void cpio_file(struct cpio *cpio, const char *path, mode_t mode, const void *data, size_t size)
{
	put_header(cpio, path, &(struct header){.mode = S_IFREG | mode, .size = size});
	put(cpio, data, size);
	pad(cpio);
}

void cpio_symlink(struct cpio *cpio, const char *path, const char *target)
{
	size_t size = strlen(target);

	put_header(cpio, path, &(struct header){.mode = S_IFLNK | 0777, .size = size});
	put(cpio, target, size);
	pad(cpio);
}

void cpio_device(struct cpio *cpio, const char *path, mode_t type, mode_t mode, unsigned major,
		 unsigned minor)
{
	put_header(cpio, path,
		   &(struct header){.mode = type | mode, .major = major, .minor = minor});
}

int cpio_end(struct cpio *cpio, struct err *err)
{
	put_header(cpio, "TRAILER!!!", &(struct header){0});
	if (cpio->err.code == ERR_NONE)
		return 0;
	return err_keep(err, &cpio->err);
}
