/* A mounted XFS: xfsctl(3), ioctls that are in Linux since 2.6.0 (fs/xfs/libxfs/xfs_fs.h; then fs/xfs/xfs_fs.h). */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "grow/contents.h"

#define AG_BLOCKS_MIN 64 /* XFS_MIN_AG_BLOCKS: the kernel leaves a smaller last group out */

struct geometry { /* struct xfs_fsop_geom_v1 */
	uint32_t block_size, rt_extent, ag_blocks, ag_count, log_blocks, sector, inode_size;
	uint32_t inode_percent;
	uint64_t blocks, rt_blocks, rt_extents, log_start;
	uint8_t uuid[16];
	uint32_t stripe_unit, stripe_width, version, flags, log_sector, rt_sector, folder_block;
};
_Static_assert(sizeof(struct geometry) == 112, "as the kernel has it");

struct growth { /* struct xfs_growfs_data */
	uint64_t blocks;
	uint32_t inode_percent;
};

#define GET_GEOMETRY _IOR('X', 100, struct geometry)
#define GROW_DATA    _IOW('X', 110, struct growth)

static int open_place(const char *place, struct geometry *geometry, struct err *err)
{
	int fd = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, ERR_GROW, place, "cannot open %s", place);
	if (ioctl(fd, GET_GEOMETRY, geometry) == 0 && geometry->block_size && geometry->ag_blocks)
		return fd;
	err_sys(err, ERR_GROW, place, "XFS does not tell the size of %s", place);
	close(fd);
	return -1;
}

static uint64_t blocks_in(uint64_t size, const struct geometry *geometry)
{
	const uint64_t blocks = size / geometry->block_size, rest = blocks % geometry->ag_blocks;

	return rest < AG_BLOCKS_MIN ? blocks - rest : blocks;
}

static int check(struct grow_contents *contents, const char *device, uint64_t size, struct err *err)
{
	struct geometry geometry;
	int fd = open_place(contents->place, &geometry, err);

	(void)device;
	if (fd < 0)
		return -1;
	close(fd);
	contents->bytes = geometry.blocks * geometry.block_size;
	contents->after = blocks_in(size, &geometry) * geometry.block_size;
	if (contents->after < contents->bytes)
		contents->after = contents->bytes;
	return 0;
}

static int grow(const struct grow_contents *contents, const char *device, struct err *err)
{
	struct geometry geometry;
	struct growth growth;
	int fd = open_place(contents->place, &geometry, err), ret;

	(void)device;
	if (fd < 0)
		return -1;
	growth = (struct growth){.blocks = contents->after / geometry.block_size,
				 .inode_percent = geometry.inode_percent};
	ret = ioctl(fd, GROW_DATA, &growth);
	if (ret)
		err_sys(err, ERR_GROW, contents->place, "the kernel does not grow the XFS on %s",
			contents->place);
	close(fd);
	return ret ? -1 : 0;
}

static const char *const types[] = {"xfs", NULL};

const struct grow_kind grow_xfs = {
	.types = types,
	.is_mounted = true,
	.check = check,
	.grow = grow,
};
