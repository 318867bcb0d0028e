#include "steps/vg_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ACCEPTED "accepted is a name that is not in /dev"

/* As LVM makes them itself, and as udev's rules do. */
static bool is_volume_link(int folder, const char *name)
{
	static const char *const targets[] = {"/dev/mapper/", "../mapper/", "../dm-", "/dev/dm-"};
	char to[PATH_MAX];
	const ssize_t size = readlinkat(folder, name, to, sizeof(to) - 1);

	if (size < 0)
		return false;
	to[size] = '\0';
	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++)
		if (!strncmp(to, targets[i], strlen(targets[i])))
			return true;
	return false;
}

/* Every name in it has to be a volume's link. */
static int look_at(DIR *folder, const char *path, const char *vg, bool removing, struct err *err)
{
	const struct dirent *entry;

	while ((errno = 0, entry = readdir(folder))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (!is_volume_link(dirfd(folder), entry->d_name))
			return err_set(
				err, ERR_JOB_VALUE, "/vg",
				"\"%s\" is refused: the folder %s of this machine has %s in it, which is no volume; " ACCEPTED,
				vg, path, entry->d_name);
		if (removing && unlinkat(dirfd(folder), entry->d_name, 0))
			return err_sys(err, ERR_LVM, path,
				       "cannot remove the link %s that an old VG left",
				       entry->d_name);
	}
	return errno ? err_sys(err, ERR_IO, path, "cannot list the folder") : 0;
}

/* A symbolic link in the folder's place is none. 1: it is there. */
static int open_folder(DIR **folder, const char *path, const char *vg, struct err *err)
{
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	*folder = NULL;
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
		return err_set(
			err, ERR_JOB_VALUE, "/vg",
			"\"%s\" is refused: this machine has a device of that name; " ACCEPTED, vg);
	*folder = fd < 0 ? NULL : fdopendir(fd);
	if (*folder)
		return 1;
	err_sys(err, ERR_IO, path, "cannot open the folder");
	if (fd >= 0)
		close(fd);
	return -1;
}

static int handle(const char *dev, const char *vg, bool removing, struct err *err)
{
	char path[PATH_MAX];
	DIR *folder;
	int ret;

	snprintf(path, sizeof(path), "%s/%s", dev, vg);
	ret = open_folder(&folder, path, vg, err);
	if (ret <= 0)
		return ret;
	ret = look_at(folder, path, vg, removing, err);
	closedir(folder);
	if (ret == 0 && removing && rmdir(path))
		ret = err_sys(err, ERR_LVM, path, "cannot remove the folder that an old VG left");
	return ret;
}

int vg_folder_check(const char *dev, const char *vg, struct err *err)
{
	return handle(dev, vg, false, err);
}

int vg_folder_remove(const char *dev, const char *vg, struct err *err)
{
	return handle(dev, vg, true, err);
}
