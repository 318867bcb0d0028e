#include "mapper/nodes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX     "LVM-"
#define ID_BYTES   32 /* of a VG, and of an LV */
#define PATH_BYTES 1024

/* A hyphen of a name is written twice, one stands between names; what LVM hides has a third one, and a longer UUID. */
bool nodes_volume(const struct mapper_device *device, char *vg, char *lv)
{
	char *const names[] = {vg, lv};
	size_t part = 0, used = 0;

	if (strncmp(device->uuid, PREFIX, strlen(PREFIX)) != 0 ||
	    strlen(device->uuid) != strlen(PREFIX) + 2 * ID_BYTES)
		return false;
	for (const char *c = device->name; *c; c++) {
		if (*c == '-' && c[1] != '-') {
			names[part][used] = '\0';
			if (++part == 2)
				return false;
			used = 0;
			continue;
		}
		c += *c == '-';
		names[part][used++] = *c;
	}
	names[part][used] = '\0';
	return part == 1 && *vg && *lv;
}

static bool is_node_of(const char *path, dev_t number)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISBLK(st.st_mode) && st.st_rdev == number;
}

static int make_folder(const char *path, struct err *err)
{
	if (mkdir(path, 0755) == 0 || errno == EEXIST)
		return 0;
	return err_sys(err, ERR_NODES, path, "cannot make the folder");
}

/* What is there is of another device, of an earlier boot on a disk, or leads nowhere. */
static int make_anew(const char *path, const struct mapper_device *device, const char *link_to,
		     struct err *err)
{
	int ret;

	if (is_node_of(path, device->number))
		return 0;
	if (unlink(path) && errno != ENOENT)
		return err_sys(err, ERR_NODES, path, "cannot remove what is in its place");
	ret = link_to ? symlink(link_to, path) : mknod(path, S_IFBLK | 0600, device->number);
	if (ret == 0 || is_node_of(path, device->number))
		return 0;
	return err_sys(err, ERR_NODES, path, "cannot make the %s", link_to ? "link" : "node");
}

static int make_link(const char *dev, const struct mapper_device *device, const char *vg,
		     const char *lv, struct err *err)
{
	char folder[PATH_BYTES], path[PATH_BYTES], to[PATH_BYTES];

	snprintf(folder, sizeof(folder), "%s/%s", dev, vg);
	snprintf(path, sizeof(path), "%s/%s/%s", dev, vg, lv);
	snprintf(to, sizeof(to), "%s/mapper/%s", dev, device->name); /* as LVM makes it */
	return make_folder(folder, err) || make_anew(path, device, to, err) ? -1 : 0;
}

int nodes_make_one(const char *dev, const struct mapper_device *device, struct err *err)
{
	char folder[PATH_BYTES], path[PATH_BYTES], vg[MAPPER_TEXT_MAX], lv[MAPPER_TEXT_MAX];

	if (strchr(device->name, '/') || !strcmp(device->name, ".") || !strcmp(device->name, ".."))
		return 0;
	snprintf(folder, sizeof(folder), "%s/mapper", dev);
	snprintf(path, sizeof(path), "%s/mapper/%s", dev, device->name);
	if (make_folder(folder, err) || make_anew(path, device, NULL, err))
		return -1;
	return nodes_volume(device, vg, lv) ? make_link(dev, device, vg, lv, err) : 0;
}

struct making {
	const char *dev;
	struct err first;
};

static int make_and_go_on(void *ctx, const struct mapper_device *device, struct err *err)
{
	struct making *making = ctx;
	struct err own = ERR_INIT;

	(void)err;
	if (nodes_make_one(making->dev, device, &own))
		err_keep(&making->first, &own);
	return 0;
}

int nodes_make(const char *dev, struct err *err)
{
	struct making making = {.dev = dev, .first = ERR_INIT};

	if (mapper_each(dev, make_and_go_on, &making, err))
		return -1;
	return making.first.code == ERR_NONE ? 0 : err_keep(err, &making.first);
}
