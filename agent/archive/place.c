#include "archive/place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/metadata.h"

/* "./usr/bin/" becomes "usr/bin", the root itself "". */
int entry_path(const char *path, char *out, size_t size, struct err *err)
{
	size_t length;

	while (*path == '/' || (path[0] == '.' && (path[1] == '/' || path[1] == '\0')))
		path++;
	length = strlen(path);
	while (length > 0 && path[length - 1] == '/')
		length--;
	if (length >= size)
		return err_set(err, ERR_ARCHIVE_ENTRY, NULL, "its path is longer than %zu bytes",
			       size - 1);
	memcpy(out, path, length);
	out[length] = '\0';
	for (const char *part = out; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (part[0] == '.' && part[1] == '.' && (part[2] == '/' || part[2] == '\0'))
			return err_set(err, ERR_ARCHIVE_ENTRY, NULL,
				       "its path has a '..', which could lead anywhere");
	}
	return 0;
}

/* Whatever lies where a new file is to be. */
static int remove_old(int dir, const char *name)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	return errno == EISDIR ? unlinkat(dir, name, AT_REMOVEDIR) : -1;
}

static int write_at(int fd, const char *data, size_t size, int64_t offset)
{
	while (size > 0) {
		ssize_t put = pwrite(fd, data, size, offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		data += put;
		offset += put;
		size -= (size_t)put;
	}
	return 0;
}

/* Contents with their holes: only what the archive holds is written. */
static int write_contents(struct place *place, int fd, const char *name, int64_t size,
			  struct err *err)
{
	const void *data;
	size_t piece;
	int64_t offset, written = 0;
	int more;

	while ((more = input_data(place->input, &data, &piece, &offset, err)) > 0) {
		if (write_at(fd, data, piece, offset))
			return metadata_fail(name, "cannot write the contents of", err);
		place->bytes += piece;
		if (piece > 0)
			written = offset + (int64_t)piece;
	}
	if (more < 0)
		return -1;
	if (written < size && ftruncate(fd, size))
		return metadata_fail(name, "cannot set the size of", err);
	return 0;
}

static int close_file(int fd, const char *name, int ret, struct err *err)
{
	if (close(fd) && ret == 0)
		return metadata_fail(name, "cannot close", err);
	return ret;
}

static int create_file(const struct tree_dir *dir, const char *name, mode_t mode)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir->fd, name, flags, mode);

	if (fd < 0 && errno == EEXIST && remove_old(dir->fd, name) == 0)
		fd = openat(dir->fd, name, flags, mode);
	if (fd >= 0 && dir->inherits && metadata_disinherit(dir->fd, name, mode)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int unpack_file(struct place *place, struct archive_entry *entry, const char *name,
		       struct err *err)
{
	const struct tree_dir *dir = tree_here(&place->tree);
	int fd = create_file(dir, name, archive_entry_perm(entry) & 0777);
	int ret;

	if (fd < 0)
		return metadata_fail_new(dir->fd, name, "cannot create", err);
	ret = write_contents(place, fd, name, archive_entry_size(entry), err);
	if (ret == 0)
		ret = metadata_apply(&(struct metadata_target){.fd = fd, .fresh = true}, entry,
				     err);
	return close_file(fd, name, ret, err);
}

/*
 * cpio has the contents with the last of the names, which is a link by then; pax may repeat them. They are all
 * that the file has: nothing of what it had before stays. A link to a device would take them to a disk, one to a
 * fifo would wait for its reader for ever.
 */
static int fill_link(struct place *place, struct archive_entry *entry, const char *name,
		     struct err *err)
{
	int dir = tree_here(&place->tree)->fd, fd, ret;
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return metadata_fail(name, "cannot look at", err);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_ARCHIVE_ENTRY, NULL,
			       "it has contents, but is a hardlink to what is no regular file");
	fd = openat(dir, name, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return metadata_fail(name, "cannot open", err);
	ret = write_contents(place, fd, name, archive_entry_size(entry), err);
	if (ret == 0)
		ret = metadata_apply(&(struct metadata_target){.fd = fd}, entry, err);
	return close_file(fd, name, ret, err);
}

/* A file that was packed twice comes as a hardlink to itself the second time. */
static bool is_linked(int root, const char *target, int dir, const char *name)
{
	struct stat a, b;

	return fstatat(root, target, &a, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstatat(dir, name, &b, AT_SYMLINK_NOFOLLOW) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* Put the link where something is already. 0, or -1 with errno. */
static int replace_by_link(const struct place *place, const char *target, int dir, const char *name)
{
	if (is_linked(place->root_fd, target, dir, name))
		return 0;
	return remove_old(dir, name) ? -1 : linkat(place->root_fd, target, dir, name, 0);
}

static int unpack_hardlink(struct place *place, struct archive_entry *entry, const char *name,
			   struct err *err)
{
	const struct tree_dir *dir = tree_here(&place->tree);
	char target[PATH_MAX];
	int ret;

	if (entry_path(archive_entry_hardlink(entry), target, sizeof(target), err))
		return err_prefix(err, "the target of the hardlink");
	ret = linkat(place->root_fd, target, dir->fd, name, 0);
	if (ret && errno == EEXIST)
		ret = replace_by_link(place, target, dir->fd, name);
	if (ret)
		return metadata_fail(target, "cannot make a hardlink to", err);
	return archive_entry_size(entry) > 0 ? fill_link(place, entry, name, err) : 0;
}

static int make_special(int dir, const char *name, struct archive_entry *entry)
{
	mode_t mode = archive_entry_perm(entry) & 07777;

	switch (archive_entry_filetype(entry)) {
	case AE_IFLNK:
		return symlinkat(archive_entry_symlink(entry), dir, name);
	case AE_IFIFO:
		return mknodat(dir, name, S_IFIFO | mode, 0);
	case AE_IFSOCK:
		return mknodat(dir, name, S_IFSOCK | mode, 0);
	default:
		return mknodat(dir, name, archive_entry_filetype(entry) | mode,
			       archive_entry_rdev(entry));
	}
}

static int unpack_special(struct place *place, struct archive_entry *entry, const char *name,
			  struct err *err)
{
	const struct tree_dir *dir = tree_here(&place->tree);
	struct metadata_target target = {
		.fd = -1, .dir = dir->fd, .name = name, .fresh = !dir->inherits};
	bool linked = archive_entry_filetype(entry) == AE_IFLNK;
	int ret = make_special(dir->fd, name, entry);

	if (ret && errno == EEXIST && remove_old(dir->fd, name) == 0)
		ret = make_special(dir->fd, name, entry);
	if (ret == 0 && dir->inherits && !linked)
		ret = metadata_disinherit(dir->fd, name, archive_entry_perm(entry));
	if (ret)
		return metadata_fail_new(dir->fd, name, "cannot create", err);
	return metadata_apply(&target, entry, err);
}

static int unpack_directory(struct place *place, struct archive_entry *entry, const char *name,
			    struct err *err)
{
	if (*name == '\0')
		return tree_describe(&place->tree, entry, err);
	return tree_enter_entry(&place->tree, name, entry, err);
}

int place_entry(struct place *place, struct archive_entry *entry, const char *path, struct err *err)
{
	const char *name;

	if (tree_enter(&place->tree, path, &name, err))
		return -1;
	if (archive_entry_hardlink(entry))
		return unpack_hardlink(place, entry, name, err);
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG:
		return unpack_file(place, entry, name, err);
	case AE_IFDIR:
		return unpack_directory(place, entry, name, err);
	case AE_IFLNK:
	case AE_IFIFO:
	case AE_IFSOCK:
	case AE_IFCHR:
	case AE_IFBLK:
		return unpack_special(place, entry, name, err);
	default:
		return err_set(err, ERR_ARCHIVE_ENTRY, NULL, "it is of no known type");
	}
}
