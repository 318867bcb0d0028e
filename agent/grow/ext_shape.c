/* What the superblock of an ext2, ext3 or ext4 says. */
#include <endian.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "grow/ext.h"

#define SUPERBLOCK_AT    1024
#define SUPERBLOCK_BYTES 1024
#define MAGIC            0xEF53
#define SPARSE_SUPER     0x1  /* read_only */
#define SIZE_64BIT       0x80 /* incompatible */
#define SMALL_INODE      128
#define SMALL_DESCRIPTOR 32
#define BLOCK_BYTES_MAX  65536
#define TAIL_BLOCKS_MIN                                                                            \
	50 /* resize2fs: a last group with less than this for files is not worth it */

/* Offsets of struct ext4_super_block. */
enum {
	AT_BLOCKS = 0x4,
	AT_RESERVED = 0x8,
	AT_FIRST_BLOCK = 0x14,
	AT_LOG_BLOCK = 0x18,
	AT_GROUP_BLOCKS = 0x20,
	AT_GROUP_INODES = 0x28,
	AT_MAGIC = 0x38,
	AT_REVISION = 0x4C,
	AT_INODE = 0x58,
	AT_COMPATIBLE = 0x5C,
	AT_INCOMPATIBLE = 0x60,
	AT_READ_ONLY = 0x64,
	AT_RESERVED_GDT = 0xCE,
	AT_DESCRIPTOR = 0xFE,
	AT_BLOCKS_HIGH = 0x150,
	AT_RESERVED_HIGH = 0x154,
};

static uint32_t word(const uint8_t *superblock, size_t at)
{
	uint32_t value;

	memcpy(&value, superblock + at, sizeof(value));
	return le32toh(value);
}

static uint16_t half(const uint8_t *superblock, size_t at)
{
	uint16_t value;

	memcpy(&value, superblock + at, sizeof(value));
	return le16toh(value);
}

static uint64_t wide(const struct ext_shape *shape, const uint8_t *superblock, size_t low,
		     size_t high)
{
	const uint64_t top = shape->incompatible & SIZE_64BIT ? word(superblock, high) : 0;

	return top << 32 | word(superblock, low);
}

static uint32_t divide_up(uint64_t value, uint64_t by)
{
	return (uint32_t)((value + by - 1) / by);
}

uint64_t ext_groups(const struct ext_shape *shape, uint64_t blocks)
{
	return (blocks - shape->first_block + shape->group_blocks - 1) / shape->group_blocks;
}

/* The kernel has mounted it, so it is sound; what is divided by is looked at all the same. */
static bool is_sound(const struct ext_shape *shape, uint32_t inode, uint32_t descriptor)
{
	return shape->block_size <= BLOCK_BYTES_MAX && shape->group_blocks && shape->group_inodes &&
	       inode >= SMALL_INODE && inode <= shape->block_size &&
	       descriptor >= SMALL_DESCRIPTOR && descriptor <= shape->block_size &&
	       shape->blocks > shape->first_block;
}

static bool parse(struct ext_shape *shape, const uint8_t *superblock)
{
	const uint32_t shift = word(superblock, AT_LOG_BLOCK);
	uint32_t inode = half(superblock, AT_INODE), descriptor = half(superblock, AT_DESCRIPTOR);

	if (half(superblock, AT_MAGIC) != MAGIC || shift > 6)
		return false;
	*shape = (struct ext_shape){
		.block_size = 1024u << shift,
		.first_block = word(superblock, AT_FIRST_BLOCK),
		.group_blocks = word(superblock, AT_GROUP_BLOCKS),
		.group_inodes = word(superblock, AT_GROUP_INODES),
		.gdt_reserved = half(superblock, AT_RESERVED_GDT),
		.compatible = word(superblock, AT_COMPATIBLE),
		.incompatible = word(superblock, AT_INCOMPATIBLE),
		.read_only = word(superblock, AT_READ_ONLY),
	};
	shape->blocks = wide(shape, superblock, AT_BLOCKS, AT_BLOCKS_HIGH);
	shape->reserved = wide(shape, superblock, AT_RESERVED, AT_RESERVED_HIGH);
	if (word(superblock, AT_REVISION) == 0)
		inode = SMALL_INODE;
	if (!(shape->incompatible & SIZE_64BIT))
		descriptor = SMALL_DESCRIPTOR;
	if (!is_sound(shape, inode, descriptor))
		return false;
	shape->table_blocks = divide_up((uint64_t)shape->group_inodes * inode, shape->block_size);
	shape->descriptors_per_block = shape->block_size / descriptor;
	shape->gdt_blocks =
		divide_up(ext_groups(shape, shape->blocks), shape->descriptors_per_block);
	return true;
}

/* Through the cache of the device, where the kernel keeps the superblock of what is mounted. */
int ext_shape_read(struct ext_shape *shape, const char *device, struct err *err)
{
	uint8_t superblock[SUPERBLOCK_BYTES] = {0};
	int fd = open(device, O_RDONLY | O_CLOEXEC);
	bool good;

	if (fd < 0)
		return err_sys(err, ERR_GROW, device, "cannot open %s", device);
	good = pread(fd, superblock, sizeof(superblock), SUPERBLOCK_AT) ==
	       (ssize_t)sizeof(superblock);
	close(fd);
	if (good && parse(shape, superblock))
		return 0;
	return err_set(err, ERR_GROW, device, "cannot read the superblock of the ext on %s",
		       device);
}

static bool is_power_of(uint64_t number, uint64_t base)
{
	while (number > 1 && number % base == 0)
		number /= base;
	return number == 1;
}

static bool has_superblock(const struct ext_shape *shape, uint64_t group)
{
	return !(shape->read_only & SPARSE_SUPER) || group == 0 || is_power_of(group, 3) ||
	       is_power_of(group, 5) || is_power_of(group, 7);
}

/* A block of descriptors more is one fewer that is kept for them. */
uint32_t ext_overhead(const struct ext_shape *shape, uint64_t group)
{
	const uint32_t copies =
		has_superblock(shape, group) ? 1 + shape->gdt_blocks + shape->gdt_reserved : 0;

	return copies + 2 + shape->table_blocks;
}

uint64_t ext_blocks_in(const struct ext_shape *shape, uint64_t size)
{
	const uint64_t blocks = size / shape->block_size;
	uint64_t tail;

	if (blocks <= shape->first_block)
		return blocks;
	tail = (blocks - shape->first_block) % shape->group_blocks;
	if (!tail || tail >= ext_overhead(shape, ext_groups(shape, blocks) - 1) + TAIL_BLOCKS_MIN)
		return blocks;
	return blocks - tail;
}
