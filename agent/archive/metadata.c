#include "archive/metadata.h"

#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "archive/acl.h"

#define MODE_BITS    07777
#define MODE_SPECIAL 07000 /* setuid, setgid, sticky */

int metadata_fail(const char *name, const char *what, struct err *err)
{
	switch (errno) {
	case ENOSPC:
	case EDQUOT:
		return err_sys(err, ERR_ARCHIVE_SPACE, NULL, "%s '%s'", what, name ? name : "/");
	case EIO:
	case EROFS:
		return err_sys(err, ERR_IO, NULL, "%s '%s'", what, name ? name : "/");
	default:
		return err_sys(err, ERR_ARCHIVE_ENTRY, NULL, "%s '%s'", what, name ? name : "/");
	}
}

int metadata_fail_new(int dir, const char *name, const char *what, struct err *err)
{
	int code = errno;
	struct statvfs fs;

	if (code == ENOSPC && fstatvfs(dir, &fs) == 0 && fs.f_files > 0 && fs.f_ffree == 0 &&
	    fs.f_bfree > 0)
		return err_set(
			err, ERR_ARCHIVE_SPACE, NULL,
			"%s '%s': the filesystem has room, but all its %llu inodes are taken: give the volume more with mkfs_options [\"-N\", \"COUNT\"], or xfs",
			what, name, (unsigned long long)fs.f_files);
	errno = code;
	return metadata_fail(name, what, err);
}

/* xattr(7) and the kernel's handlers of ext2, ext3, ext4 and xfs. A name that ends in a dot is a namespace. */
static bool has_a_place(const char *key)
{
	static const char *const known[] = {"user.", "trusted.", "security.", XATTR_ACL_ACCESS,
					    XATTR_ACL_DEFAULT};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		size_t size = strlen(known[i]);

		if (!strncmp(key, known[i], size) && (known[i][size - 1] == '.' || !key[size]))
			return true;
	}
	return false;
}

size_t metadata_left_out(struct archive_entry *entry, const char **name)
{
	size_t count = 0, size;
	const char *key;
	const void *value;

	if (archive_entry_acl_types(entry) & ARCHIVE_ENTRY_ACL_TYPE_NFS4) {
		*name = "NFSv4 ACL";
		count++;
	}
	if (archive_entry_xattr_reset(entry) == 0)
		return count;
	while (archive_entry_xattr_next(entry, &key, &value, &size) == ARCHIVE_OK)
		if (!has_a_place(key) && count++ == 0)
			*name = key;
	return count;
}

/* There is no *at form for xattrs; the child's working directory serves as one. */
static int set_xattr(const struct metadata_target *target, const char *key, const void *value,
		     size_t size)
{
	if (target->fd >= 0)
		return fsetxattr(target->fd, key, value, size, 0);
	return fchdir(target->dir) || lsetxattr(target->name, key, value, size, 0) ? -1 : 0;
}

/* The size of a block, when the filesystem has free ones; else 0. */
static unsigned long block_if_free(const struct metadata_target *target)
{
	struct statvfs fs;

	if (fstatvfs(target->fd >= 0 ? target->fd : target->dir, &fs) || fs.f_bfree == 0)
		return 0;
	return fs.f_bsize;
}

/* ext2, ext3 and ext4 keep all attributes of a file in its inode and one block, and say ENOSPC beyond. */
static int fail_xattr(const struct metadata_target *target, const char *key, size_t size,
		      struct err *err)
{
	int code = errno;
	unsigned long block = code == ENOSPC ? block_if_free(target) : 0;

	if (block)
		return err_set(
			err, ERR_ARCHIVE_ENTRY, NULL,
			"the extended attribute '%s' of %zu bytes does not fit: an ext filesystem has one block of %lu bytes for all of a file's; give the volume xfs, or leave it out of the archive",
			key, size, block);
	errno = code;
	return metadata_fail(key, "cannot set the extended attribute", err);
}

static int remove_xattr(int dir, const char *name, const char *key)
{
	if (fchdir(dir))
		return -1;
	if (lremovexattr(name, key) && errno != ENODATA && errno != ENOTSUP)
		return -1;
	return 0;
}

int metadata_disinherit(int dir, const char *name, mode_t mode)
{
	if (fchownat(dir, name, 0, 0, AT_SYMLINK_NOFOLLOW) ||
	    remove_xattr(dir, name, XATTR_ACL_ACCESS) || remove_xattr(dir, name, XATTR_ACL_DEFAULT))
		return -1;
	return fchmodat(dir, name, mode & MODE_BITS, 0);
}

/* chown(2) takes 32 bits, and (uid_t)-1 for "leave it": 4294967296 would become root. */
static bool is_id(int64_t id)
{
	return id >= 0 && id < (int64_t)(uid_t)-1;
}

static int check_owner(struct archive_entry *entry, const char *name, struct err *err)
{
	int64_t uid = archive_entry_uid(entry), gid = archive_entry_gid(entry);

	if (is_id(uid) && is_id(gid))
		return 0;
	return err_set(err, ERR_ARCHIVE_ENTRY, NULL,
		       "'%s' belongs to %jd:%jd; Linux knows owners and groups up to 4294967294",
		       name ? name : "/", (intmax_t)uid, (intmax_t)gid);
}

static int set_owner(const struct metadata_target *target, struct archive_entry *entry)
{
	uid_t uid = (uid_t)archive_entry_uid(entry);
	gid_t gid = (gid_t)archive_entry_gid(entry);

	if (target->fresh && uid == 0 && gid == 0)
		return 0;
	if (target->fd >= 0)
		return fchown(target->fd, uid, gid);
	return fchownat(target->dir, target->name, uid, gid, AT_SYMLINK_NOFOLLOW);
}

static int set_mode(const struct metadata_target *target, struct archive_entry *entry)
{
	mode_t mode = archive_entry_perm(entry) & MODE_BITS;

	if (archive_entry_filetype(entry) == AE_IFLNK)
		return 0;
	if (target->fd >= 0 && target->fresh && !(mode & MODE_SPECIAL) &&
	    archive_entry_filetype(entry) == AE_IFREG)
		return 0;
	return target->fd >= 0 ? fchmod(target->fd, mode)
			       : fchmodat(target->dir, target->name, mode, 0);
}

static int set_xattrs(const struct metadata_target *target, struct archive_entry *entry,
		      struct err *err)
{
	const char *key;
	const void *value;
	size_t size;

	if (archive_entry_xattr_reset(entry) == 0)
		return 0;
	while (archive_entry_xattr_next(entry, &key, &value, &size) == ARCHIVE_OK)
		if (has_a_place(key) && set_xattr(target, key, value, size))
			return fail_xattr(target, key, size, err);
	return 0;
}

/* One ACL of a file, unless it came as an xattr already, which is exact where text has names. */
static int set_acl(const struct metadata_target *target, struct archive_entry *entry, int type,
		   struct err *err)
{
	const char *key =
		type == ARCHIVE_ENTRY_ACL_TYPE_ACCESS ? XATTR_ACL_ACCESS : XATTR_ACL_DEFAULT;
	struct acl_value value;

	switch (acl_encode(entry, type, NULL, &value, err)) {
	case ACL_NONE:
	case ACL_NAMED: /* extract.c comes back to it once there are accounts */
		return 0;
	case ACL_ENCODED:
		if (set_xattr(target, key, value.bytes, value.size))
			return metadata_fail(key, "cannot set the ACL", err);
		return 0;
	default:
		return -1;
	}
}

static int set_times(const struct metadata_target *target, struct archive_entry *entry)
{
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_nsec = UTIME_OMIT}};

	if (archive_entry_atime_is_set(entry))
		times[0] = (struct timespec){archive_entry_atime(entry),
					     archive_entry_atime_nsec(entry)};
	if (archive_entry_mtime_is_set(entry))
		times[1] = (struct timespec){archive_entry_mtime(entry),
					     archive_entry_mtime_nsec(entry)};
	if (target->fd >= 0)
		return futimens(target->fd, times);
	return utimensat(target->dir, target->name, times, AT_SYMLINK_NOFOLLOW);
}

int metadata_apply(const struct metadata_target *target, struct archive_entry *entry,
		   struct err *err)
{
	const char *name = archive_entry_pathname(entry);

	if (check_owner(entry, name, err))
		return -1;
	if (set_owner(target, entry))
		return metadata_fail(name, "cannot set the owner of", err);
	if (set_mode(target, entry))
		return metadata_fail(name, "cannot set the mode of", err);
	if (set_xattrs(target, entry, err) ||
	    set_acl(target, entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, err) ||
	    set_acl(target, entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, err))
		return -1;
	if (set_times(target, entry))
		return metadata_fail(name, "cannot set the times of", err);
	return 0;
}
