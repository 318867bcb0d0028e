#include "os/changes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os/accounts.h"
#include "os/target_write.h"

/* One kind of change: how it is made, and whether the tree already is that way. */
struct kind {
	bool (*is_done)(const struct changes *changes, const struct change *change,
			const struct target_attr *attr);
	int (*make)(const struct changes *changes, const struct change *change,
		    const struct target_attr *attr, struct err *err);
	const char *wanted; /* "… does not read back as WANTED" */
};

static bool attr_is(const struct stat *st, const struct target_attr *attr)
{
	return (st->st_mode & 07777) == attr->mode && st->st_uid == attr->uid &&
	       st->st_gid == attr->gid;
}

static bool content_is(const struct changes *changes, const struct change *change)
{
	int fd = target_fd(changes->target, change->path, O_RDONLY | O_NOFOLLOW);
	void *map = NULL;
	bool same;

	if (fd < 0)
		return false;
	if (change->size)
		map = mmap(NULL, change->size, PROT_READ, MAP_PRIVATE, fd, 0);
	same = map != MAP_FAILED && (!map || !memcmp(map, change->data, change->size));
	if (map && map != MAP_FAILED)
		munmap(map, change->size);
	close(fd);
	return same;
}

static bool file_is_done(const struct changes *changes, const struct change *change,
			 const struct target_attr *attr)
{
	struct stat st;

	return target_lstat(changes->target, change->path, &st) && S_ISREG(st.st_mode) &&
	       attr_is(&st, attr) && st.st_size == (off_t)change->size &&
	       content_is(changes, change);
}

static int make_file(const struct changes *changes, const struct change *change,
		     const struct target_attr *attr, struct err *err)
{
	return target_write(changes->target, change->path, change->data, change->size, attr, err);
}

static bool link_is_done(const struct changes *changes, const struct change *change,
			 const struct target_attr *attr)
{
	const char *to = target_link(changes->target, change->path, changes->arena);

	(void)attr;
	return to && !strcmp(to, change->data);
}

static int make_link(const struct changes *changes, const struct change *change,
		     const struct target_attr *attr, struct err *err)
{
	(void)attr;
	return target_symlink(changes->target, change->path, change->data, err);
}

static bool directory_is_done(const struct changes *changes, const struct change *change,
			      const struct target_attr *attr)
{
	struct stat st;

	return target_stat(changes->target, change->path, &st) && S_ISDIR(st.st_mode) &&
	       attr_is(&st, attr);
}

static int make_directory(const struct changes *changes, const struct change *change,
			  const struct target_attr *attr, struct err *err)
{
	return target_mkdir(changes->target, change->path, attr, err);
}

static bool is_gone(const struct changes *changes, const struct change *change,
		    const struct target_attr *attr)
{
	struct stat st;

	(void)attr;
	return !target_lstat(changes->target, change->path, &st);
}

static int make_aside(const struct changes *changes, const struct change *change,
		      const struct target_attr *attr, struct err *err)
{
	(void)attr;
	return target_set_aside(changes->target, change->path, change->data, err);
}

static int make_gone(const struct changes *changes, const struct change *change,
		     const struct target_attr *attr, struct err *err)
{
	(void)attr;
	return target_remove(changes->target, change->path, err);
}

static const struct kind kinds[] = {
	[CHANGE_FILE] = {file_is_done, make_file, "it was rendered"},
	[CHANGE_LINK] = {link_is_done, make_link, "the link it should be"},
	[CHANGE_DIRECTORY] = {directory_is_done, make_directory, "a directory of that mode"},
	[CHANGE_ASIDE] = {is_gone, make_aside, "set aside"},
	[CHANGE_REMOVE] = {is_gone, make_gone, "removed"},
};

static int attr_of(const struct changes *changes, const struct change *change,
		   struct target_attr *attr, struct err *err)
{
	attr->mode = change->mode;
	attr->keep_old = change->keep_old;
	if (account_user(changes->target, change->owner, changes->arena, &attr->uid, err) ||
	    account_group(changes->target, change->group, changes->arena, &attr->gid, err))
		return err_prefix(err, "%s", change->origin ? change->origin : change->path);
	return 0;
}

/* Does a later change of the same path win? */
static bool overruled(const struct changes *changes, size_t i)
{
	for (size_t later = i + 1; later < changes->count; later++)
		if (!strcmp(changes->item[later].path, changes->item[i].path))
			return true;
	return false;
}

/* `act` on every change that no later one overrules. */
static int for_each(const struct changes *changes,
		    int (*act)(const struct changes *changes, const struct change *change,
			       const struct target_attr *attr, struct err *err),
		    struct err *err)
{
	for (size_t i = 0; i < changes->count; i++) {
		struct target_attr attr;

		if (overruled(changes, i))
			continue;
		if (attr_of(changes, &changes->item[i], &attr, err) ||
		    act(changes, &changes->item[i], &attr, err))
			return -1;
	}
	return 0;
}

static int apply_one(const struct changes *changes, const struct change *change,
		     const struct target_attr *attr, struct err *err)
{
	const struct kind *kind = &kinds[change->kind];

	if (kind->is_done(changes, change, attr) || kind->make(changes, change, attr, err) == 0)
		return 0;
	return change->origin ? err_prefix(err, "%s", change->origin) : -1;
}

static int verify_one(const struct changes *changes, const struct change *change,
		      const struct target_attr *attr, struct err *err)
{
	const struct kind *kind = &kinds[change->kind];

	if (kind->is_done(changes, change, attr))
		return 0;
	return err_set(err, ERR_VERIFY, change->path, "%s does not read back as %s", change->path,
		       kind->wanted);
}

int changes_apply(const struct changes *changes, struct err *err)
{
	return for_each(changes, apply_one, err);
}

int changes_verify(const struct changes *changes, struct err *err)
{
	return for_each(changes, verify_one, err);
}
