#include "boot/nodes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/limits.h"
#include "machine/sysfs.h"

/* What programs take for granted; devtmpfs has them. */
static const struct {
	const char *path;
	mode_t mode;
	unsigned major, minor;
} basics[] = {
	{"/dev/console", 0600, 5, 1}, {"/dev/null", 0666, 1, 3},   {"/dev/zero", 0666, 1, 5},
	{"/dev/tty", 0666, 5, 0},     {"/dev/random", 0666, 1, 8}, {"/dev/urandom", 0666, 1, 9},
	{"/dev/kmsg", 0600, 1, 11},   {"/dev/tty0", 0600, 4, 0},   {"/dev/tty1", 0600, 4, 1},
	{"/dev/ttyS0", 0600, 4, 64},  {"/dev/ttyS1", 0600, 4, 65},
};

static int mount_one(const char *type, const char *where, const char *options, struct err *err)
{
	if (mkdir(where, 0755) && errno != EEXIST)
		return err_sys(err, ERR_BOOT, where, "cannot make the folder");
	if (mount(type, where, type, MS_NOSUID, options) && errno != EBUSY)
		return err_sys(err, ERR_BOOT, where, "cannot mount %s", type);
	return 0;
}

static int make_basics(struct err *err)
{
	for (size_t i = 0; i < sizeof(basics) / sizeof(*basics); i++)
		if (mknod(basics[i].path, S_IFCHR | basics[i].mode,
			  makedev(basics[i].major, basics[i].minor)) &&
		    errno != EEXIST)
			return err_sys(err, ERR_BOOT, basics[i].path, "cannot make the node");
	return 0;
}

int boot_nodes_mount(struct err *err)
{
	if (mount_one("proc", "/proc", NULL, err) || mount_one("sysfs", "/sys", NULL, err))
		return -1;
	if (mount_one("devtmpfs", "/dev", "mode=0755", NULL) == 0)
		return 0;
	if (mount_one("tmpfs", "/dev", "mode=0755", err) || make_basics(err))
		return -1;
	return 0;
}

/* Names of sysfs have "!" for "/": "cciss!c0d0". */
static char *node_path(const char *dev, const char *name, struct arena *arena)
{
	char *path = arena_printf(arena, "%s/%s", dev, name);

	for (char *c = path + strlen(dev); *c; c++)
		if (*c == '!')
			*c = '/';
	return path;
}

static int make_node(const char *path, unsigned major_number, unsigned minor_number,
		     struct err *err)
{
	char folder[SYSFS_TEXT_MAX];
	struct stat st;

	if (stat(path, &st) == 0 && S_ISBLK(st.st_mode))
		return 0;
	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(path, '/') - path), path);
	if ((mkdir(folder, 0755) && errno != EEXIST) ||
	    (mknod(path, S_IFBLK | 0600, makedev(major_number, minor_number)) && errno != EEXIST))
		return err_sys(err, ERR_BOOT, path, "cannot make the node");
	return 0;
}

struct scan {
	const char *dev;
	const char **paths;
	size_t count;
	struct arena *arena;
};

/* Memory is no place for a root, and device-mapper makes its own nodes. */
static bool is_ignored(const char *name)
{
	return !strncmp(name, "ram", 3) || !strncmp(name, "loop", 4) || !strncmp(name, "dm-", 3);
}

static int add_device(struct scan *scan, const char *folder, const char *name, struct err *err)
{
	unsigned major_number, minor_number;
	char text[SYSFS_TEXT_MAX];
	char *path;

	if (scan->count == BOOT_DEVICES_MAX || !sysfs_text(text, "%s/dev", folder) ||
	    sscanf(text, "%u:%u", &major_number, &minor_number) != 2)
		return 0;
	path = node_path(scan->dev, name, scan->arena);
	if (make_node(path, major_number, minor_number, err))
		return -1;
	scan->paths[scan->count++] = path;
	return 0;
}

/* A disk's partitions are the folders in its own that have its name in front and a device number. */
static int add_disk(struct scan *scan, const char *block, const char *name, struct err *err)
{
	const char *folder = arena_printf(scan->arena, "%s/%s", block, name), **names;
	size_t count;

	if (add_device(scan, folder, name, err) ||
	    sysfs_list(&names, &count, folder, scan->arena, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (!strncmp(names[i], name, strlen(name)) &&
		    add_device(scan, arena_printf(scan->arena, "%s/%s", folder, names[i]), names[i],
			       err))
			return -1;
	return 0;
}

int boot_nodes_scan(const char *sysfs, const char *dev, const char ***paths, size_t *count,
		    struct arena *arena, struct err *err)
{
	struct scan scan = {.dev = dev, .arena = arena};
	const char *block = arena_printf(arena, "%s/block", sysfs), **names;
	size_t disks;

	scan.paths = arena_array(arena, BOOT_DEVICES_MAX + 1, sizeof(*scan.paths));
	if (sysfs_list(&names, &disks, block, arena, err))
		return -1;
	for (size_t i = 0; i < disks; i++)
		if (!is_ignored(names[i]) && add_disk(&scan, block, names[i], err))
			return -1;
	*paths = scan.paths;
	*count = scan.count;
	return 0;
}
