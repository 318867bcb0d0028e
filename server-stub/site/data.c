#include "site/data.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/owner.h"

/* The TFTP server reads boot/ under another user; archives hold whole root filesystems. */
static const struct folder {
	const char *name;
	mode_t mode;
	size_t fd; /* offset of its descriptor in struct data */
} folders[] = {
	{"site", 0755, offsetof(struct data, site)},
	{"archives", 0700, offsetof(struct data, archives)},
	{"boot", 0755, offsetof(struct data, boot)},
	{"boot/pxelinux.cfg", 0755, offsetof(struct data, entries[DATA_PXELINUX])},
	{"boot/ipxe", 0755, offsetof(struct data, entries[DATA_IPXE])},
	{"boot/grub", 0755, offsetof(struct data, entries[DATA_GRUB])},
	{"net", 0755, offsetof(struct data, net)},
};

#define FOLDERS (sizeof(folders) / sizeof(folders[0]))

static int *folder_fd(struct data *data, const struct folder *folder)
{
	return (int *)(void *)((char *)data + folder->fd);
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int open_root(struct data *data, const char *path, struct err *err)
{
	data->root = -1;
	for (size_t i = 0; i < FOLDERS; i++)
		*folder_fd(data, &folders[i]) = -1;
	if (snprintf(data->path, sizeof(data->path), "%s", path) >= (int)sizeof(data->path))
		return err_set(err, ERR_SERVICE_DATA, path, "the path is too long");
	data->root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (data->root < 0)
		return err_sys(err, ERR_SERVICE_DATA, path, "can't open the data folder");
	if (owner_become(data->root, path, err) == 0)
		return 0;
	close_one(&data->root);
	return -1;
}

static int open_folders(struct data *data, struct err *err)
{
	for (size_t i = 0; i < FOLDERS; i++) {
		int fd = openat(data->root, folders[i].name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0)
			return err_sys(err, ERR_SERVICE_DATA, folders[i].name, "can't open");
		*folder_fd(data, &folders[i]) = fd;
	}
	return 0;
}

static int make_folder(int dir, const char *name, mode_t mode, struct err *err)
{
	if (mkdirat(dir, name, mode) < 0 && errno != EEXIST)
		return err_sys(err, ERR_SERVICE_DATA, name, "can't make the folder");
	return 0;
}

static int make_folders(struct data *data, struct err *err)
{
	for (size_t i = 0; i < FOLDERS; i++) {
		if (make_folder(data->root, folders[i].name, folders[i].mode, err) < 0)
			return -1;
		if (fchmodat(data->root, folders[i].name, folders[i].mode, 0) < 0)
			return err_sys(err, ERR_SERVICE_DATA, folders[i].name,
				       "can't set its mode");
	}
	return 0;
}

static int is_initialised(const struct data *data)
{
	return faccessat(data->root, DATA_SETTINGS, F_OK, 0) == 0;
}

int data_give(const char *path, const char *user, struct err *err)
{
	const struct passwd *owner = getpwnam(user);
	int fd, ret = 0;

	if (!owner)
		return err_set(err, ERR_USAGE, "user", "there is no user '%.40s' on this machine",
			       user);
	if (make_folder(AT_FDCWD, path, 0755, err) < 0)
		return -1;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, ERR_SERVICE_DATA, path, "can't open the data folder");
	/* One that is a site already is left as it is, and refused later. */
	if (faccessat(fd, DATA_SETTINGS, F_OK, 0) < 0 &&
	    fchown(fd, owner->pw_uid, owner->pw_gid) < 0)
		ret = err_sys(err, ERR_SERVICE_DATA, path, "can't give it to %s", user);
	close(fd);
	return ret;
}

int data_create(struct data *data, const char *path, struct err *err)
{
	if (make_folder(AT_FDCWD, path, 0755, err) < 0 || open_root(data, path, err) < 0)
		return -1;
	if (is_initialised(data))
		err_set(err, ERR_SERVICE_DATA, path,
			"is a data folder already; it is left as it is");
	else if (make_folders(data, err) == 0 && open_folders(data, err) == 0)
		return 0;
	data_close(data);
	return -1;
}

int data_open(struct data *data, const char *path, struct err *err)
{
	if (open_root(data, path, err) < 0)
		return -1;
	if (!is_initialised(data))
		err_set(err, ERR_SERVICE_DATA, path,
			"is not a data folder: it has no " DATA_SETTINGS);
	else if (open_folders(data, err) == 0)
		return 0;
	data_close(data);
	return -1;
}

void data_close(struct data *data)
{
	for (size_t i = 0; i < FOLDERS; i++)
		close_one(folder_fd(data, &folders[i]));
	close_one(&data->root);
}
