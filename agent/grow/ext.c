/* A mounted ext2, ext3 or ext4. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "grow/contents.h"
#include "grow/ext.h"
#include "job/job.h"

#define RESIZE_FS _IOW('f', 16, uint64_t) /* EXT4_IOC_RESIZE_FS, since Linux 3.3 */

#define RESIZE_INODE  0x10  /* compatible */
#define SPARSE_SUPER2 0x200 /* compatible */
#define META_BG       0x10  /* incompatible */
#define SIZE_64BIT    0x80  /* incompatible */
#define SPARSE_SUPER  0x1   /* read_only */
#define BIGALLOC      0x200 /* read_only */
#define TEXT_MAX      32    /* of size_text() */

/* How far a filesystem can grow while it is mounted is laid down when it is made: blocks for descriptors are kept then. */
static uint64_t most_blocks(const struct ext_shape *shape)
{
	const bool has_room = shape->compatible & RESIZE_INODE && shape->read_only & SPARSE_SUPER;
	const uint32_t more = has_room ? shape->gdt_reserved : 0;
	uint64_t groups = (uint64_t)(shape->gdt_blocks + more) * shape->descriptors_per_block;
	uint64_t most;

	if (groups > UINT32_MAX / shape->group_inodes)
		groups = UINT32_MAX / shape->group_inodes;
	most = shape->first_block + groups * shape->group_blocks;
	return most > UINT32_MAX && !(shape->incompatible & SIZE_64BIT) ? UINT32_MAX : most;
}

static const char *foreign_feature(const struct ext_shape *shape)
{
	if (shape->incompatible & META_BG)
		return "meta_bg";
	if (shape->read_only & BIGALLOC)
		return "bigalloc";
	return shape->compatible & SPARSE_SUPER2 ? "sparse_super2" : NULL;
}

static int check_shape(const struct ext_shape *shape, const char *place, uint64_t blocks,
		       struct err *err)
{
	const char *feature = foreign_feature(shape);
	char text[TEXT_MAX];

	if (feature)
		return err_set(err, ERR_GROW_REFUSED, place,
			       "%s has the feature %s, which newroot cannot grow: take resize2fs",
			       place, feature);
	if (blocks <= most_blocks(shape))
		return 0;
	return err_set(
		err, ERR_GROW_REFUSED, place,
		"%s was made to grow to %s at most while it is mounted; for more, unmount it and take resize2fs",
		place, size_text(most_blocks(shape) * shape->block_size, text));
}

/* To grow to the size that it has is a question: the kernel answers as it would to more, and does nothing. */
static int ask_kernel(int fd, const struct ext_shape *shape)
{
	const uint64_t same = shape->blocks;

	if (ioctl(fd, RESIZE_FS, &same) == 0)
		return 0;
	return errno == ENOTTY ? ext_groups_ask(fd, shape) : -1;
}

static int check_kernel(const struct grow_contents *contents, const struct ext_shape *shape,
			struct err *err)
{
	int fd = open(contents->place, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret;

	if (fd < 0)
		return err_sys(err, ERR_GROW, contents->place, "cannot open %s", contents->place);
	ret = ask_kernel(fd, shape);
	if (ret && errno == ENOTTY)
		err_set(err, ERR_GROW_REFUSED, contents->place,
			"this kernel cannot grow an %s that is mounted: unmount %s and take resize2fs",
			contents->type, contents->place);
	else if (ret)
		err_sys(err, ERR_GROW_REFUSED, contents->place,
			"the kernel refuses to grow %s (after errors in it, fsck mends them)",
			contents->place);
	close(fd);
	return ret ? -1 : 0;
}

static int check(struct grow_contents *contents, const char *device, uint64_t size, struct err *err)
{
	struct ext_shape shape;
	uint64_t blocks;

	if (ext_shape_read(&shape, device, err))
		return -1;
	blocks = ext_blocks_in(&shape, size);
	if (blocks < shape.blocks)
		blocks = shape.blocks;
	contents->bytes = shape.blocks * shape.block_size;
	contents->after = blocks * shape.block_size;
	return check_shape(&shape, contents->place, blocks, err) ||
			       check_kernel(contents, &shape, err)
		       ? -1
		       : 0;
}

static int grow_at(int fd, const struct grow_contents *contents, const struct ext_shape *shape,
		   struct err *err)
{
	const uint64_t blocks = contents->after / shape->block_size;

	if (ioctl(fd, RESIZE_FS, &blocks) == 0)
		return 0;
	if (errno == ENOTTY)
		return ext_groups_grow(fd, shape, blocks, contents->place, err);
	return err_sys(err, ERR_GROW, contents->place, "the kernel does not grow the %s on %s",
		       contents->type, contents->place);
}

static int grow(const struct grow_contents *contents, const char *device, struct err *err)
{
	struct ext_shape shape;
	int fd, ret;

	if (ext_shape_read(&shape, device, err))
		return -1;
	fd = open(contents->place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, ERR_GROW, contents->place, "cannot open %s", contents->place);
	ret = grow_at(fd, contents, &shape, err);
	close(fd);
	return ret;
}

static const char *const types[] = {"ext3", "ext4", "ext2", NULL};

const struct grow_kind grow_ext = {
	.types = types,
	.is_mounted = true,
	.check = check,
	.grow = grow,
};
