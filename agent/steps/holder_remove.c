/* Taking apart what the kernel has assembled: device-mapper devices and MD arrays. */
#include <errno.h>
#include <fcntl.h>
#include <libdevmapper.h>
#include <linux/major.h>
#include <linux/raid/md_u.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "machine/sysfs.h"
#include "steps/holders.h"

/* libdevmapper removes the node; the link /dev/VG/LV is LVM's and would dangle. */
static void remove_lv_link(const char *dm_name)
{
	char name[SYSFS_TEXT_MAX], path[2 * SYSFS_TEXT_MAX];
	char *vg = name, *lv, *layer;

	snprintf(name, sizeof(name), "%s", dm_name);
	if (!dm_split_lvm_name(NULL, NULL, &vg, &lv, &layer) || !*vg || !*lv)
		return;
	snprintf(path, sizeof(path), "/dev/%s/%s", vg, lv);
	unlink(path);
	snprintf(path, sizeof(path), "/dev/%s", vg);
	rmdir(path);
}

static int remove_dm(const struct holder *holder, struct err *err)
{
	struct dm_task *task = NULL;
	int done;

	if (setenv("DM_DISABLE_UDEV", "1", 1) == 0)
		task = dm_task_create(DM_DEVICE_REMOVE);
	done = task && dm_task_set_name(task, holder->label) && dm_task_retry_remove(task) &&
	       dm_task_run(task);
	if (!done)
		err_set(err, ERR_WIPE, holder->name, "cannot remove device-mapper device %s: %s",
			holder->label, task ? strerror(dm_task_get_errno(task)) : "no memory");
	if (task)
		dm_task_destroy(task);
	dm_task_update_nodes(); /* there is no udev to remove /dev/mapper/NAME */
	if (done && !strncmp(holder->uuid, LV_UUID, strlen(LV_UUID)))
		remove_lv_link(holder->label);
	return done ? 0 : -1;
}

static int stop_md(const struct holder *holder, struct err *err)
{
	char path[SYSFS_TEXT_MAX];
	int fd, ret;

	snprintf(path, sizeof(path), "/dev/%s", holder->name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, ERR_WIPE, path, "cannot open the MD array");
	ret = ioctl(fd, STOP_ARRAY, NULL);
	if (ret < 0)
		err_sys(err, ERR_WIPE, path, "cannot stop the MD array");
	close(fd);
	return ret;
}

int holder_remove(const struct holder *holder, struct err *err)
{
	switch (holder->kind) {
	case HOLDER_DM:
		return remove_dm(holder, err);
	case HOLDER_MD:
		return stop_md(holder, err);
	default:
		return err_set(
			err, ERR_MACHINE_BUSY, holder->name,
			"%s rests on a disk of the plan; accepted are LVM, device-mapper and MD",
			holder->name);
	}
}
