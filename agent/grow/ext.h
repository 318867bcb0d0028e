/* The parts of growing a mounted ext2, ext3 or ext4. */
#ifndef NEWROOT_GROW_EXT_H
#define NEWROOT_GROW_EXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* What of the superblock counts here: Documentation/filesystems/ext4/super.rst. */
struct ext_shape {
	uint64_t blocks, reserved; /* of root's */
	uint32_t block_size, first_block, group_blocks, group_inodes;
	uint32_t table_blocks; /* of one group's inode table */
	uint32_t descriptors_per_block;
	uint32_t gdt_blocks, gdt_reserved; /* of descriptors: in use; kept for more of them */
	uint32_t compatible, incompatible, read_only;
};

/* Errors: ERR_GROW: unreadable, or none. */
int ext_shape_read(struct ext_shape *shape, const char *device, struct err *err);

/* How many groups `blocks` make. */
uint64_t ext_groups(const struct ext_shape *shape, uint64_t blocks);

/* Blocks that group `group` has no use of for files, its bitmaps and inode table with them. */
uint32_t ext_overhead(const struct ext_shape *shape, uint64_t group);

/* The blocks of a filesystem in `size` bytes: without a last group that would hold nothing but itself. */
uint64_t ext_blocks_in(const struct ext_shape *shape, uint64_t size);

/*
 * The way of kernels that have no EXT4_IOC_RESIZE_FS (before 3.3, and ext3): the last group is filled, then one group after the other is added, each a
 * transaction of its own. `fd` is of the mount point. Errors: ERR_GROW: it has become as large as it could.
 */
int ext_groups_grow(int fd, const struct ext_shape *shape, uint64_t blocks, const char *place,
		    struct err *err);

/* Does the kernel know that way? 0, or -1 with errno. Changes nothing. */
int ext_groups_ask(int fd, const struct ext_shape *shape);

#endif
