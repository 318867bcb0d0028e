#include "os/target_write.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

#define TEMP_SUFFIX ".newroot-new"

/* Where a path's last component lives. */
struct place {
	int dir;
	const char *name; /* inside the caller's path */
	char temp[NAME_MAX + 1];
};

/* Open the directory `path`, made where it is missing, one component after the other. */
static int open_directory(const struct target *target, const char *path)
{
	int parent, fd = target_fd(target, path, O_RDONLY | O_DIRECTORY);
	char above[PATH_MAX];
	char *slash;
	int ret;

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (snprintf(above, sizeof(above), "%s", path) >= (int)sizeof(above)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	slash = strrchr(above, '/');
	*slash = '\0';
	parent = open_directory(target, above[0] ? above : "/");
	if (parent < 0)
		return -1;
	ret = mkdirat(parent, slash + 1, 0755);
	if (ret == 0) /* whatever the umask is */
		ret = fchmodat(parent, slash + 1, 0755, 0);
	close(parent);
	return ret && errno != EEXIST ? -1 : target_fd(target, path, O_RDONLY | O_DIRECTORY);
}

static int place_open(struct place *place, const struct target *target, const char *path,
		      struct err *err)
{
	char above[PATH_MAX];
	char *slash;

	if (path[0] != '/' || snprintf(above, sizeof(above), "%s", path) >= (int)sizeof(above))
		return err_set(
			err, ERR_CONFIGURE, path,
			"\"%.200s\" is no path in the new system: it must begin with / and be shorter than %d bytes",
			path, PATH_MAX);
	slash = strrchr(above, '/');
	*slash = '\0';
	place->name = path + (slash - above) + 1;
	if (!place->name[0] || snprintf(place->temp, sizeof(place->temp), "%s" TEMP_SUFFIX,
					place->name) >= (int)sizeof(place->temp))
		return err_set(err, ERR_CONFIGURE, path,
			       "\"%.200s\" must end in a file name of at most %zu bytes", path,
			       NAME_MAX - strlen(TEMP_SUFFIX));
	place->dir = open_directory(target, above[0] ? above : "/");
	if (place->dir < 0)
		return err_sys(err, ERR_CONFIGURE, path, "cannot open or make the directory of %s",
			       path);
	return 0;
}

/* chown clears setuid bits, so the mode comes after the owner. */
static int set_attr(int fd, const struct target_attr *attr)
{
	return fchown(fd, attr->uid, attr->gid) || fchmod(fd, attr->mode) ? -1 : 0;
}

static int write_temp(const struct place *place, const char *data, size_t size,
		      const struct target_attr *attr)
{
	int fd, ret;

	unlinkat(place->dir, place->temp, 0); /* of a run that was killed */
	fd = openat(place->dir, place->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -1;
	ret = write_all(fd, data, size) || set_attr(fd, attr) || fsync(fd) ? -1 : 0;
	return close(fd) ? -1 : ret;
}

/* A second link to the old file, whatever it is; so its place is never empty. */
static int keep_old(const struct place *place)
{
	char kept[NAME_MAX + 1];

	if (snprintf(kept, sizeof(kept), "%s" KEPT_SUFFIX, place->name) >= (int)sizeof(kept)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (linkat(place->dir, place->name, place->dir, kept, 0) == 0)
		return 0;
	return errno == ENOENT || errno == EEXIST ? 0 : -1;
}

static int put_in_place(const struct place *place, bool keep)
{
	if (keep && keep_old(place))
		return -1;
	return renameat(place->dir, place->temp, place->dir, place->name) || fsync(place->dir) ? -1
											       : 0;
}

static int place_close(struct place *place, int ret, const char *path, struct err *err)
{
	if (ret) {
		err_sys(err, ERR_CONFIGURE, path, "cannot write %s of the new system", path);
		unlinkat(place->dir, place->temp, 0);
	}
	close(place->dir);
	return ret;
}

int target_write(const struct target *target, const char *path, const char *data, size_t size,
		 const struct target_attr *attr, struct err *err)
{
	struct place place;
	int ret;

	if (place_open(&place, target, path, err))
		return -1;
	ret = write_temp(&place, data, size, attr);
	if (ret == 0)
		ret = put_in_place(&place, attr->keep_old);
	return place_close(&place, ret, path, err);
}

int target_symlink(const struct target *target, const char *path, const char *to, struct err *err)
{
	struct place place;
	int ret;

	if (place_open(&place, target, path, err))
		return -1;
	unlinkat(place.dir, place.temp, 0);
	ret = symlinkat(to, place.dir, place.temp);
	if (ret == 0)
		ret = put_in_place(&place, false);
	return place_close(&place, ret, path, err);
}

int target_mkdir(const struct target *target, const char *path, const struct target_attr *attr,
		 struct err *err)
{
	int fd = open_directory(target, path);
	int ret = fd < 0 ? -1 : set_attr(fd, attr);

	if (ret)
		err_sys(err, ERR_CONFIGURE, path, "cannot make the directory %s", path);
	if (fd >= 0)
		close(fd);
	return ret;
}

int target_set_aside(const struct target *target, const char *path, const char *name,
		     struct err *err)
{
	struct place place;
	int ret;

	if (place_open(&place, target, path, err))
		return -1;
	ret = renameat(place.dir, place.name, place.dir, name) || fsync(place.dir) ? -1 : 0;
	if (ret)
		err_sys(err, ERR_CONFIGURE, path, "cannot rename %s to %s", path, name);
	close(place.dir);
	return ret;
}

int target_remove(const struct target *target, const char *path, struct err *err)
{
	struct place place;
	int ret;

	if (place_open(&place, target, path, err))
		return -1;
	ret = unlinkat(place.dir, place.name, 0) || fsync(place.dir) ? -1 : 0;
	if (ret)
		err_sys(err, ERR_CONFIGURE, path, "cannot remove %s", path);
	close(place.dir);
	return ret;
}
