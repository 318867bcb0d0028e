#include "rescue/assemble.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/lvm.h"
#include "rescue/installed_fstab.h"
#include "rescue/vg.h"
#include "machine/superblock.h"
#include "steps/mounts.h"
#include "steps/step.h"

#define DEFAULT_ROOT "root"
#define FIELD_BYTES  VG_FIELD_BYTES

bool assemble_is_mounted(void)
{
	return mounts_have(NEWROOT_MOUNT);
}

/* Mount it as a candidate for the root; true when it has a fstab. */
static bool is_root(const char *device)
{
	struct superblock superblock;
	struct err ignored = ERR_INIT;

	if (superblock_read(&superblock, device, &ignored) < 0 ||
	    mount(device, NEWROOT_MOUNT, superblock.type, MS_NOATIME, NULL) < 0)
		return false;
	if (access(INSTALLED_FSTAB, F_OK) == 0) {
		printf("%s on / (%s)\n", device, superblock.type);
		return true;
	}
	umount2(NEWROOT_MOUNT, UMOUNT_NOFOLLOW);
	return false;
}

/* The LV that is called root, else the first one with a fstab. */
static int mount_root(const struct vg *vg, struct arena *arena, struct err *err)
{
	char *report, path[FIELD_BYTES];
	const char *likely = arena_printf(arena, "/dev/%s/" DEFAULT_ROOT, vg->name);

	if (access(likely, F_OK) == 0 && is_root(likely))
		return 0;
	if (vg_report(arena_printf(arena, "lvs " LVM_REPORT " -o lv_path --select vg_uuid=%s",
				   vg->uuid),
		      &report, arena, err) < 0)
		return -1;
	for (const char *row = report; row && *row; row = lvm_next_row(row))
		if (lvm_field(row, "lv_path", path, sizeof(path)) && is_root(path))
			return 0;
	return err_set(err, ERR_RESCUE, vg->name,
		       "no LV of the VG holds a filesystem with etc/fstab");
}

/* What a chroot needs; a folder that the system lacks is left out. */
static void mount_kernel_filesystems(void)
{
	static const struct {
		const char *source, *place, *type;
		unsigned long flags;
	} rows[] = {
		{"proc", "/proc", "proc", 0},
		{"sysfs", "/sys", "sysfs", 0},
		{"/dev", "/dev", NULL, MS_BIND},
		{"/dev/pts", "/dev/pts", NULL, MS_BIND},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char place[64];

		snprintf(place, sizeof(place), NEWROOT_MOUNT "%s", rows[i].place);
		if (!mounts_have(place) &&
		    mount(rows[i].source, place, rows[i].type, rows[i].flags, NULL) < 0)
			printf("left out %s: %m\n", rows[i].place);
	}
}

static int mount_system(const char *wanted, struct arena *arena, struct err *err)
{
	struct vg vg;
	unsigned failed;

	if (vg_choose(&vg, wanted, arena, err) < 0 || vg_activate(&vg, VG_ON, arena, err) < 0)
		return -1;
	if (mkdir(NEWROOT_MOUNT, 0755) < 0 && errno != EEXIST)
		return err_sys(err, ERR_RESCUE, NEWROOT_MOUNT, "cannot make the mount point");
	if (mount_root(&vg, arena, err) < 0)
		return -1;
	failed = installed_fstab_mount();
	mount_kernel_filesystems();
	if (failed)
		return err_set(
			err, ERR_RESCUE, INSTALLED_FSTAB,
			"%u of its filesystems could not be mounted (see above); the others are",
			failed);
	return 0;
}

int assemble_mount(const char *vg, struct err *err)
{
	struct arena arena = {0};
	int ret;

	if (assemble_is_mounted())
		return 0;
	ret = mount_system(vg, &arena, err);
	arena_free(&arena);
	return ret;
}

int assemble_undo(const char *vg, struct err *err)
{
	bool mounted = assemble_is_mounted();
	struct arena arena = {0};
	struct vg chosen;
	int ret = -1;

	sync();
	if (mounts_undo(NEWROOT_MOUNT, err) < 0 || mounts_swapoff(err) < 0)
		goto out;
	ret = vg_choose(&chosen, vg, &arena, err);
	if (ret == 0)
		ret = vg_activate(&chosen, VG_OFF, &arena, err);
	else if (!mounted && !vg)
		ret = 0; /* nothing was assembled, so there is nothing to let go of */
out:
	arena_free(&arena);
	return ret;
}
