#include "grow/contents.h"

#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "machine/superblock.h"

static const struct grow_kind *const kinds[] = {&grow_xfs, &grow_ext, &grow_swap};

static bool lists(const char *const *types, const char *type)
{
	while (*types && strcmp(*types, type) != 0)
		types++;
	return *types != NULL;
}

static const struct grow_kind *find_kind(const char *type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (lists(kinds[i]->types, type))
			return kinds[i];
	return NULL;
}

/* What is mounted over something else has its place, but not its device. Others are not asked: a lost NFS server would not answer. */
static bool is_of(const struct mntent *mount, const struct grow_kind *kind, dev_t device)
{
	struct stat st;

	return lists(kind->types, mount->mnt_type) && stat(mount->mnt_dir, &st) == 0 &&
	       st.st_dev == device;
}

/* /proc/self/mountinfo came with 2.6.26. Returns how many there are; the place is that of a writable one, if any. */
static unsigned find_mount(struct grow_contents *contents, dev_t device, bool *writable)
{
	FILE *file = setmntent("/proc/self/mounts", "re");
	char strings[GROW_PLACE_MAX * 2];
	struct mntent entry;
	unsigned count = 0;

	*writable = false;
	while (file && !*writable && getmntent_r(file, &entry, strings, sizeof(strings))) {
		if (!is_of(&entry, contents->kind, device))
			continue;
		count++;
		*writable = !hasmntopt(&entry, "ro");
		snprintf(contents->place, sizeof(contents->place), "%s", entry.mnt_dir);
		snprintf(contents->type, sizeof(contents->type), "%s", entry.mnt_type);
	}
	if (file)
		endmntent(file);
	return count;
}

static int check_mounted(struct grow_contents *contents, const char *device, dev_t number,
			 struct err *err)
{
	bool writable;

	if (!find_mount(contents, number, &writable))
		return err_set(
			err, ERR_GROW_REFUSED, device,
			"the %s on %s is not mounted, and the kernel grows only what is: mount it",
			contents->type, device);
	if (!writable)
		return err_set(
			err, ERR_GROW_REFUSED, contents->place,
			"%s is mounted read-only: `mount -o remount,rw %s`, if nothing is wrong with it",
			contents->place, contents->place);
	return 0;
}

int grow_contents_read(struct grow_contents *contents, const char *device, uint64_t size,
		       struct err *err)
{
	struct superblock superblock;
	struct stat st;

	*contents = (struct grow_contents){0};
	if (stat(device, &st) || !S_ISBLK(st.st_mode))
		return err_sys(err, ERR_GROW_REFUSED, device,
			       "there is no node %s: `newroot lvm vgmknodes` makes it", device);
	if (superblock_read(&superblock, device, err))
		return -1;
	snprintf(contents->type, sizeof(contents->type), "%s", superblock.type);
	contents->kind = find_kind(superblock.type);
	if (!contents->kind)
		return err_set(err, ERR_GROW_REFUSED, device,
			       "%s holds %s%s; accepted are xfs, ext2, ext3, ext4 and swap", device,
			       *superblock.type ? "" : "nothing that is known", superblock.type);
	if (contents->kind->is_mounted && check_mounted(contents, device, st.st_rdev, err))
		return -1;
	return contents->kind->check(contents, device, size, err);
}
