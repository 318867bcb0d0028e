#include "archive/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "archive/metadata.h"

#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* Look at a directory that was there before. */
static int adopt(struct tree_dir *dir)
{
	struct stat st;

	if (fstat(dir->fd, &st))
		return -1;
	dir->existed = true;
	dir->mtime = st.st_mtim;
	dir->inherits =
		(st.st_mode & S_ISGID) || fgetxattr(dir->fd, XATTR_ACL_DEFAULT, NULL, 0) > 0;
	return 0;
}

int tree_begin(struct tree *tree, int root_fd, struct err *err)
{
	struct tree_dir *root = &tree->dirs[0];

	tree->depth = 1;
	*root = (struct tree_dir){.fd = fcntl(root_fd, F_DUPFD_CLOEXEC, 0)};
	if (root->fd < 0 || adopt(root)) {
		tree_free(tree);
		return err_sys(err, ERR_IO, "/", "cannot look at the destination");
	}
	return 0;
}

static void drop(struct tree *tree)
{
	struct tree_dir *dir = &tree->dirs[--tree->depth];

	if (dir->fd >= 0)
		close(dir->fd);
	free(dir->name);
	archive_entry_free(dir->entry);
}

void tree_free(struct tree *tree)
{
	while (tree->depth > 0)
		drop(tree);
}

/* Give the current directory what it is to have, and go up. */
static int leave(struct tree *tree, struct err *err)
{
	struct tree_dir *dir = tree_here(tree);
	const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, dir->mtime};
	int ret = 0;

	if (dir->entry)
		ret = metadata_apply(
			&(struct metadata_target){.fd = dir->fd, .fresh = !dir->existed},
			dir->entry, err);
	else if (dir->existed && futimens(dir->fd, times))
		ret = metadata_fail(dir->name, "cannot set the times of a directory", err);
	if (ret)
		err_prefix(err, "leaving directory '%s'", dir->name ? dir->name : "/");
	drop(tree);
	return ret;
}

int tree_end(struct tree *tree, struct err *err)
{
	while (tree->depth > 0)
		if (leave(tree, err))
			return -1;
	return 0;
}

/* Go down into an open directory. `fd` is taken over. */
static int push(struct tree *tree, int fd, const char *name, bool made, struct err *err)
{
	struct tree_dir *dir = &tree->dirs[tree->depth++];

	*dir = (struct tree_dir){.fd = fd, .name = strdup(name)};
	if (!dir->name)
		return err_set(err, ERR_MEMORY, name, "no memory for a directory's name");
	if (!made && adopt(dir))
		return metadata_fail(name, "cannot look at a directory", err);
	return 0;
}

/* Make a directory that has no group or ACL but what it is given later. `*made` is false when it exists. */
static int make(struct tree *tree, const char *name, mode_t mode, bool *made)
{
	const struct tree_dir *parent = tree_here(tree);

	*made = mkdirat(parent->fd, name, mode) == 0;
	if (!*made)
		return errno == EEXIST ? 0 : -1;
	return parent->inherits ? metadata_disinherit(parent->fd, name, mode) : 0;
}

static int too_deep(const char *name, struct err *err)
{
	return err_set(err, ERR_ARCHIVE_ENTRY, name, "directories are nested more than %d deep",
		       EXTRACT_DEPTH_MAX);
}

static int enter_plain(struct tree *tree, const char *name, struct err *err)
{
	bool made = false;
	int fd;

	if (tree->depth == EXTRACT_DEPTH_MAX)
		return too_deep(name, err);
	fd = openat(tree_here(tree)->fd, name, OPEN_DIR);
	if (fd < 0 && errno == ENOENT && make(tree, name, 0755, &made) == 0)
		fd = openat(tree_here(tree)->fd, name, OPEN_DIR);
	if (fd < 0)
		return metadata_fail_new(tree_here(tree)->fd, name,
					 "cannot enter a directory on the entry's way", err);
	return push(tree, fd, name, made, err);
}

int tree_enter_entry(struct tree *tree, const char *name, const struct archive_entry *entry,
		     struct err *err)
{
	bool made, linked = false;
	int fd;

	if (tree->depth == EXTRACT_DEPTH_MAX)
		return too_deep(name, err);
	if (make(tree, name, 0700, &made))
		return metadata_fail_new(tree_here(tree)->fd, name, "cannot make the directory",
					 err);
	fd = openat(tree_here(tree)->fd, name, OPEN_DIR | O_NOFOLLOW);
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR)) {
		fd = openat(tree_here(tree)->fd, name, OPEN_DIR);
		linked = true;
	}
	if (fd < 0)
		return metadata_fail(name, "something that is no directory is in its place", err);
	if (push(tree, fd, name, made, err))
		return -1;
	return linked ? 0 : tree_describe(tree, entry, err);
}

int tree_describe(struct tree *tree, const struct archive_entry *entry, struct err *err)
{
	struct tree_dir *dir = tree_here(tree);

	archive_entry_free(dir->entry);
	dir->entry = archive_entry_clone((struct archive_entry *)entry);
	return dir->entry ? 0 : err_set(err, ERR_MEMORY, dir->name, "no memory for an entry");
}

/* The length of the component at `path`; `*next` is where the following one begins, or its NUL. */
static size_t component(const char *path, const char **next)
{
	size_t length = strcspn(path, "/");

	*next = path + length + strspn(path + length, "/");
	return length;
}

static bool is_last(const char *next)
{
	return *next == '\0';
}

/* How many directories of `path` are open already; `*rest` begins with the first one that is not. */
static size_t common_depth(const struct tree *tree, const char *path, const char **rest)
{
	size_t depth = 1;
	const char *next;

	for (*rest = path; depth < tree->depth; depth++, *rest = next) {
		size_t length = component(*rest, &next);
		const char *name = tree->dirs[depth].name;

		if (is_last(next) || strncmp(*rest, name, length) || name[length] != '\0')
			break;
	}
	return depth;
}

int tree_enter(struct tree *tree, const char *path, const char **name, struct err *err)
{
	const char *rest, *next;
	size_t depth = common_depth(tree, path, &rest);

	while (tree->depth > depth)
		if (leave(tree, err))
			return -1;
	for (size_t length = component(rest, &next); !is_last(next);
	     length = component(rest, &next)) {
		char part[NAME_MAX + 1];

		if (length > NAME_MAX)
			return err_set(err, ERR_ARCHIVE_ENTRY, path,
				       "a name is longer than %d bytes", NAME_MAX);
		memcpy(part, rest, length);
		part[length] = '\0';
		if (enter_plain(tree, part, err))
			return -1;
		rest = next;
	}
	*name = rest;
	return 0;
}
