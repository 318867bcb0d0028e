#include "steps/mkfs.h"

#include <string.h>

#define OPTIONS_MAX 12 /* words of a row, with its NULL */

/*
 * A profile names every feature that today's makers would add by themselves, because the oldest kernel of
 * the profile must mount the filesystem, and that system's own fsck must know it.
 *
 * 2.6.18 (CentOS 5): XFS v4. Lazy counters came with 2.6.22, 32-bit project ids with 2.6.37, ftype with
 * 3.13, checksums and all that needs them later. ext inodes of 128 bytes: the only ones that e2fsprogs of
 * that time made. ext4 was a preview, without checksums and 64-bit block numbers.
 *
 * 3.10 (CentOS 7, also Debian 8 and 9): XFS v5 with ftype; free inode B-trees need 3.16, sparse inodes 4.2,
 * reflink and reverse mapping 4.9, bigtime and inode B-tree counters 5.10. ext4 without metadata
 * checksums: e2fsprogs 1.42 refuses them.
 *
 * modern: what mkfs.xfs 6.1 makes. ext4 without orphan_file and metadata_csum_seed, which GRUB 2.06
 * and e2fsprogs before 1.47 don't know.
 */
#define EXT_BASE "none,ext_attr,resize_inode,dir_index,filetype,sparse_super,large_file"
#define EXT3     EXT_BASE ",has_journal"
#define EXT4     EXT3 ",extent,huge_file,flex_bg,dir_nlink,extra_isize"
#define MKE2FS(features, inode_size)                                                               \
	{                                                                                          \
		"mke2fs", "-q", "-F", "-b", "4096", "-I", inode_size, "-O", features               \
	}
#define V5_LATER "finobt=0,rmapbt=0,reflink=0,bigtime=0,inobtcount=0"

static const char
	*const options[][PROFILE_MODERN + 1][OPTIONS_MAX] =
		{
			[FS_XFS] =
				{
					[PROFILE_2_6_18] =
						{"mkfs.xfs", "-q", "-f", "-m", "crc=0," V5_LATER,
						 "-n", "ftype=0", "-l", "lazy-count=0", "-i",
						 "size=256,attr=2,projid32bit=0,sparse=0"},
					[PROFILE_3_10] = {"mkfs.xfs", "-q", "-f", "-m", "crc=1," V5_LATER, "-i", "sparse=0"},
					[PROFILE_MODERN] = {"mkfs.xfs", "-q", "-f"},
				},
			[FS_EXT2] =
				{
					[PROFILE_2_6_18] = MKE2FS(EXT_BASE, "128"),
					[PROFILE_3_10] = MKE2FS(EXT_BASE, "256"),
					[PROFILE_MODERN] = MKE2FS(EXT_BASE, "256"),
				},
			[FS_EXT3] =
				{
					[PROFILE_2_6_18] = MKE2FS(EXT3, "128"),
					[PROFILE_3_10] = MKE2FS(EXT3, "256"),
					[PROFILE_MODERN] = MKE2FS(EXT3, "256"),
				},
			[FS_EXT4] =
				{
					[PROFILE_2_6_18] = MKE2FS(EXT4 ",uninit_bg", "256"),
					[PROFILE_3_10] = MKE2FS(EXT4 ",uninit_bg", "256"),
					[PROFILE_MODERN] =
						MKE2FS(EXT4 ",metadata_csum,64bit", "256"),
				},
};

const char *const *mkfs_argv(const struct plan_fs *fs, enum fs_profile profile, struct arena *arena)
{
	const char *const *row;
	const char **argv;
	size_t count = 0;

	if (fs->type == FS_SWAP)
		return NULL;
	row = options[fs->type][profile];
	/* Label and UUID are two words each; then the device and the final NULL. */
	argv = arena_array(arena, OPTIONS_MAX + fs->mkfs_options.count + 6, sizeof(*argv));
	while (row[count]) {
		argv[count] = row[count];
		count++;
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
