/* ext3 of every kernel since 2.6.10, and ext4 before 3.3, know only how to add one group: fs/ext3/resize.c, resize/online.c of e2fsprogs. */
#include <errno.h>
#include <inttypes.h>
#include <sys/ioctl.h>

#include "grow/ext.h"

struct group { /* struct ext3_new_group_input */
	uint32_t group, block_bitmap, inode_bitmap, inode_table, blocks;
	uint16_t reserved, unused;
};

struct group64 { /* struct ext4_new_group_input */
	uint32_t group;
	uint64_t block_bitmap, inode_bitmap, inode_table;
	uint32_t blocks;
	uint16_t reserved, unused;
};

#define EXTEND_GROUP _IOW('f', 7, unsigned long)
#define ADD_GROUP    _IOW('f', 8, struct group)
#define ADD_GROUP64  _IOW('f', 8, struct group64)

/* Numbers that fit in 32 bits: a filesystem with 64-bit ones has a kernel with EXT4_IOC_RESIZE_FS. */
static struct group describe(const struct ext_shape *shape, uint64_t number, uint64_t blocks)
{
	const uint64_t start = shape->first_block + number * shape->group_blocks;
	const uint64_t left = blocks - start;
	const uint32_t size = left < shape->group_blocks ? (uint32_t)left : shape->group_blocks;
	const uint32_t bitmap =
		(uint32_t)start + ext_overhead(shape, number) - shape->table_blocks - 2;
	const uint64_t reserved = size * shape->reserved / shape->blocks;

	return (struct group){
		.group = (uint32_t)number,
		.block_bitmap = bitmap,
		.inode_bitmap = bitmap + 1,
		.inode_table = bitmap + 2,
		.blocks = size,
		.reserved = (uint16_t)(reserved < size / 5 ? reserved : size / 5),
	};
}

/* ext4 has its own form of it. */
static int add_group(int fd, const struct group *group)
{
	const struct group64 wide = {
		.group = group->group,
		.block_bitmap = group->block_bitmap,
		.inode_bitmap = group->inode_bitmap,
		.inode_table = group->inode_table,
		.blocks = group->blocks,
		.reserved = group->reserved,
	};

	if (ioctl(fd, ADD_GROUP, group) == 0)
		return 0;
	return errno == ENOTTY ? ioctl(fd, ADD_GROUP64, &wide) : -1;
}

int ext_groups_ask(int fd, const struct ext_shape *shape)
{
	unsigned long blocks = shape->blocks;

	return ioctl(fd, EXTEND_GROUP, &blocks);
}

static int fill_last_group(int fd, const struct ext_shape *shape, uint64_t blocks)
{
	const uint64_t end =
		shape->first_block + ext_groups(shape, shape->blocks) * shape->group_blocks;
	unsigned long wanted = blocks < end ? blocks : end;

	return wanted > shape->blocks ? ioctl(fd, EXTEND_GROUP, &wanted) : 0;
}

int ext_groups_grow(int fd, const struct ext_shape *shape, uint64_t blocks, const char *place,
		    struct err *err)
{
	const uint64_t groups = ext_groups(shape, blocks);

	if (fill_last_group(fd, shape, blocks))
		return err_sys(err, ERR_GROW, place,
			       "the kernel does not fill the last group of %s", place);
	for (uint64_t i = ext_groups(shape, shape->blocks); i < groups; i++) {
		const struct group group = describe(shape, i, blocks);

		if (add_group(fd, &group))
			return err_sys(err, ERR_GROW, place,
				       "the kernel does not add group %" PRIu64 " of %" PRIu64
				       " to %s",
				       i, groups, place);
	}
	return 0;
}
