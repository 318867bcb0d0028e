#include "steps/erase.h"

#include "base/limits.h"
#include "steps/blockdev.h"

/*
 * At the beginning, filesystems, PVs, boot loaders and two of ZFS's labels; at the end, GPT's backup, MD's and DRBD's
 * metadata, two labels of ZFS (512 KiB), those of disk controllers (Promise's lies 1.5 MiB before it).
 */
#define END_SIZE MIB(2)

static int zero_ends(int fd, const char *path, struct extent extent, struct err *err)
{
	if (extent.size <= 2 * END_SIZE)
		return blockdev_zero(fd, path, extent.start, extent.size, err);
	if (blockdev_zero(fd, path, extent.start, END_SIZE, err) < 0)
		return -1;
	return blockdev_zero(fd, path, extent.start + extent.size - END_SIZE, END_SIZE, err);
}

int erase_place(int fd, const char *path, struct extent extent, unsigned *erased, struct err *err)
{
	if (zero_ends(fd, path, extent, err) < 0)
		return -1;
	return signatures_erase(fd, path, extent, erased, err);
}
