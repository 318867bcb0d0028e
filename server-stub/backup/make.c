/* Folders and files of a set, with their modes and owners. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "backup/set.h"

static const char *text_of(const json_t *item, const char *key)
{
	return json_string_value(json_object_get(item, key));
}

/* The same name may have another number here. */
static uid_t owner_of(const json_t *item)
{
	const struct passwd *user = getpwnam(text_of(item, "user"));

	return user ? user->pw_uid : (uid_t)json_integer_value(json_object_get(item, "uid"));
}

static gid_t group_of(const json_t *item)
{
	const struct group *group = getgrnam(text_of(item, "group"));

	return group ? group->gr_gid : (gid_t)json_integer_value(json_object_get(item, "gid"));
}

static mode_t mode_of(const json_t *item)
{
	return (mode_t)strtol(text_of(item, "mode"), NULL, 8);
}

/* The mode comes last: a change of the owner takes bits away. */
int set_give(int fd, const json_t *item, struct err *err)
{
	if (geteuid() == 0 && fchown(fd, owner_of(item), group_of(item)) < 0)
		return err_sys(err, ERR_SERVICE_DATA, text_of(item, "path"), "can't set its owner");
	if (fchmod(fd, mode_of(item)) < 0)
		return err_sys(err, ERR_SERVICE_DATA, text_of(item, "path"), "can't set its mode");
	return 0;
}

int set_make_folder(int root, const json_t *item, struct err *err)
{
	const char *path = text_of(item, "path");
	int fd, ret;

	if (mkdirat(root, path, 0700) < 0 && errno != EEXIST)
		return err_sys(err, ERR_SERVICE_DATA, path, "can't make the folder");
	fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, ERR_SERVICE_DATA, path, "can't open");
	ret = set_give(fd, item, err);
	close(fd);
	return ret;
}
