#include "steps/mkfs.h"

#include <stdbool.h>
#include <string.h>

#include "base/limits.h"

#define WORDS_MAX 16 /* of a maker, with its NULL */

/*
 * A profile names every feature that today's makers would add by themselves, because the oldest kernel of
 * the profile must mount the filesystem, and that system's own fsck must know it.
 *
 * 2.6.18 (CentOS 5): XFS v4. Lazy counters came with 2.6.22, 32-bit project ids with 2.6.37, ftype with
 * 3.13, checksums and all that needs them later. Logs of more than 128 MiB came with 2.6.3x (XFS_MAX_LOG_BYTES). ext inodes of 128 bytes: the only ones that e2fsprogs of
 * that time made. ext4 was a preview, without checksums and 64-bit block numbers.
 *
 * 3.10 (CentOS 7; of kernel.org's 3.16 and later, so also Debian 8 and 9): XFS v5 with ftype; free inode B-trees need 3.16, sparse inodes 4.2,
 * reflink and reverse mapping 4.9, bigtime and inode B-tree counters 5.10. ext4 without metadata
 * checksums: e2fsprogs 1.42 refuses them.
 *
 * modern: what mkfs.xfs 6.1 makes. ext4 without orphan_file and metadata_csum_seed, which GRUB 2.06
 * and e2fsprogs before 1.47 don't know.
 */
#define V5_LATER  "finobt=0,rmapbt=0,reflink=0,bigtime=0,inobtcount=0"
#define V4_INODES "size=256,attr=2,projid32bit=0,sparse=0"
#define MKXFS     "mkfs.xfs", "-q", "-f"
#define EXT2      "none,ext_attr,resize_inode,dir_index,filetype,sparse_super,large_file"
#define EXT3      EXT2 ",has_journal"
#define EXT4      EXT3 ",extent,huge_file,flex_bg,dir_nlink,extra_isize"
#define MKE2FS    "mke2fs", "-q", "-F", "-b", "4096"

static const char *const xfs_2_6_18[] = {MKXFS,          "-m", ("crc=0," V5_LATER), "-i",
					 V4_INODES,      "-n", "ftype=0",           "-l",
					 "lazy-count=0", NULL};
static const char *const xfs_3_10[] = {MKXFS, "-m", ("crc=1," V5_LATER), "-i", "sparse=0", NULL};
static const char *const xfs_modern[] = {MKXFS, NULL};
static const char *const ext2_2_6_18[] = {MKE2FS, "-I", "128", "-O", EXT2, NULL};
static const char *const ext2_later[] = {MKE2FS, "-I", "256", "-O", EXT2, NULL};
static const char *const ext3_2_6_18[] = {MKE2FS, "-I", "128", "-O", (EXT3), NULL};
static const char *const ext3_later[] = {MKE2FS, "-I", "256", "-O", (EXT3), NULL};
static const char *const ext4_to_3_10[] = {MKE2FS, "-I", "256", "-O", (EXT4 ",uninit_bg"), NULL};
static const char *const ext4_modern[] = {MKE2FS, "-I", "256", "-O", (EXT4 ",metadata_csum,64bit"),
					  NULL};

static const char *const *const makers[][PROFILE_MODERN + 1] = {
	[FS_XFS] = {NULL, xfs_2_6_18, xfs_3_10, xfs_modern},
	[FS_EXT2] = {NULL, ext2_2_6_18, ext2_later, ext2_later},
	[FS_EXT3] = {NULL, ext3_2_6_18, ext3_later, ext3_later},
	[FS_EXT4] = {NULL, ext4_to_3_10, ext4_to_3_10, ext4_modern},
};

/* mkfs.xfs makes the log 1/2048 of the filesystem, up to 2 GiB. */
static bool has_log_too_large(const struct plan_fs *fs, enum fs_profile profile)
{
	return fs->type == FS_XFS && profile == PROFILE_2_6_18 && fs->size > GIB(256);
}

const char *const *mkfs_argv(const struct plan_fs *fs, enum fs_profile profile, struct arena *arena)
{
	const char *const *row;
	const char **argv;
	size_t count = 0;

	if (fs->type == FS_SWAP)
		return NULL;
	row = makers[fs->type][profile];
	/* Log, label and UUID are two words each; then the device and the final NULL. */
	argv = arena_array(arena, WORDS_MAX + fs->mkfs_options.count + 8, sizeof(*argv));
	while (row[count]) {
		argv[count] = row[count];
		count++;
	}
	if (has_log_too_large(fs, profile)) {
		argv[count++] = "-l";
		argv[count++] = "size=128m";
	}
	if (fs->label) {
		argv[count++] = "-L";
		argv[count++] = fs->label;
	}
	argv[count++] = fs->type == FS_XFS ? "-m" : "-U";
	argv[count++] = fs->type == FS_XFS ? arena_printf(arena, "uuid=%s", fs->uuid) : fs->uuid;
	for (size_t i = 0; i < fs->mkfs_options.count; i++)
		argv[count++] = fs->mkfs_options.item[i];
	argv[count++] = fs->device;
	return argv;
}
