#include "boot/root.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/lvm.h"
#include "machine/sysfs.h"
#include "boot/nodes.h"
#include "boot/reset.h"

#define POLL_MS     100
#define AGAIN_MS    1000 /* an activation costs LVM some 50 ms */
#define MAPPER_GLOB "/dev/mapper/*"

/* The value of a superblock's tag: "UUID", "LABEL" or "TYPE". */
static bool probe(const char *path, const char *tag, char *value, size_t size)
{
	blkid_probe probed = blkid_new_probe_from_filename(path);
	const char *found = NULL;

	if (!probed)
		return false;
	blkid_probe_enable_superblocks(probed, 1);
	blkid_probe_set_superblocks_flags(probed, BLKID_SUBLKS_UUID | BLKID_SUBLKS_LABEL |
							  BLKID_SUBLKS_TYPE);
	if (blkid_do_safeprobe(probed) == 0)
		blkid_probe_lookup_value(probed, tag, &found, NULL);
	if (found)
		snprintf(value, size, "%s", found);
	blkid_free_probe(probed);
	return found != NULL;
}

static bool has_tag(const char *path, const char *tag, const char *wanted)
{
	char value[256];

	return probe(path, tag, value, sizeof(value)) && !strcmp(value, wanted);
}

/* Logical volumes are searched first: a snapshot's origin and its PV may show the same superblock. */
static bool find_tag(const char *tag, const char *wanted, const char *const *paths, size_t count,
		     char *device, size_t size)
{
	glob_t mapped = {0};
	bool found = false;

	glob(MAPPER_GLOB, 0, NULL, &mapped);
	for (size_t i = 0; i < mapped.gl_pathc && !found; i++)
		if ((found = has_tag(mapped.gl_pathv[i], tag, wanted)))
			snprintf(device, size, "%s", mapped.gl_pathv[i]);
	globfree(&mapped);
	for (size_t i = 0; i < count && !found; i++)
		if ((found = has_tag(paths[i], tag, wanted)))
			snprintf(device, size, "%s", paths[i]);
	return found;
}

bool boot_root_find(const char *root, const char *const *paths, size_t count, char *device,
		    size_t size)
{
	struct stat st;

	if (!strncmp(root, "UUID=", 5))
		return find_tag("UUID", root + 5, paths, count, device, size);
	if (!strncmp(root, "LABEL=", 6))
		return find_tag("LABEL", root + 6, paths, count, device, size);
	snprintf(device, size, "%s", root);
	return stat(root, &st) == 0 && S_ISBLK(st.st_mode);
}

struct search {
	const struct boot_line *line;
	const struct boot_config *config;
	const char **paths;
	size_t count,
		tried_count; /* block devices; and how many there were at the last activation */
	int64_t tried_ms;    /* when that was */
	bool active;         /* all of the VG is */
	struct err vg_err;
};

static bool vg_is_seen(const char *uuid)
{
	char command[128], row[256] = "", found[64];
	const char *report = command;
	struct err err = ERR_INIT;

	snprintf(command, sizeof(command), "vgs " LVM_REPORT " -o vg_uuid --select vg_uuid=%s",
		 uuid);
	return lvm_report(&report, 1, row, sizeof(row), NULL, &err) == 0 &&
	       lvm_field(row, "vg_uuid", found, sizeof(found));
}

/* A disk may be there and not be read yet (a path of a SAN, a controller that wakes it): LVM is asked now and then. */
static bool is_time(const struct search *search)
{
	return search->count != search->tried_count || clock_ms() - search->tried_ms >= AGAIN_MS;
}

/*
 * Every volume, not only the root's: the target's init may have no LVM tools. LVM refuses a name
 * that two VGs have (a disk of another moved VM is attached): then the UUID tells which.
 */
static void activate(struct search *search)
{
	const struct boot_config *config = search->config;
	const char *command;
	char text[256];

	if (!config->vg || search->active || !is_time(search))
		return;
	snprintf(text, sizeof(text), "vgchange -ay --poll n %s", config->vg);
	command = text;
	search->vg_err = (struct err)ERR_INIT;
	search->tried_count = search->count;
	search->active = lvm_run(&command, 1, NULL, &search->vg_err) == 0;
	search->tried_ms = clock_ms();
	if (search->active || !config->vg_uuid || !vg_is_seen(config->vg_uuid))
		return;
	search->vg_err = (struct err)ERR_INIT;
	snprintf(text, sizeof(text), "vgchange -ay --poll n --select vg_uuid=%s", config->vg_uuid);
	search->active = lvm_run(&command, 1, NULL, &search->vg_err) == 0;
}

static unsigned patience_s(const struct boot_line *line)
{
	return line->delay_s > BOOT_PATIENCE_S ? line->delay_s : BOOT_PATIENCE_S;
}

static int gave_up(const struct search *search, struct err *err)
{
	char seen[512] = "";

	for (size_t i = 0; i < search->count && strlen(seen) < sizeof(seen) - 64; i++)
		snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), " %s", search->paths[i]);
	return err_set(
		err, ERR_BOOT, search->line->root,
		"the root filesystem's device did not appear within %u s. Block devices:%s. %s",
		patience_s(search->line), *seen ? seen : " none", search->vg_err.msg);
}

/* One look: 1 when the root is there and all of its VG, or there is no more time for the rest of it. */
static int look(struct search *search, bool last, char *device, size_t size, struct arena *arena,
		struct err *err)
{
	if (boot_nodes_scan(SYSFS, "/dev", &search->paths, &search->count, arena, err))
		return -1;
	activate(search);
	return (!search->config->vg || search->active || last) &&
	       boot_root_find(search->line->root, search->paths, search->count, device, size);
}

static int wait_for_root(struct search *search, char *device, size_t size, struct err *err)
{
	int64_t end = clock_ms() + (int64_t)patience_s(search->line) * 1000;
	struct arena arena = {0};
	int found = 0;

	while (found == 0) {
		bool last = !search->line->wait && clock_ms() >= end;

		arena_free(&arena);
		found = look(search, last, device, size, &arena, err);
		if (found == 0 && last)
			found = gave_up(search, err);
		if (found == 0)
			usleep(POLL_MS * 1000);
	}
	arena_free(&arena);
	return found < 0 ? -1 : 0;
}

static int mount_device(const char *device, const struct boot_line *line, struct arena *arena,
			struct err *err)
{
	unsigned long flags = line->writable ? 0 : MS_RDONLY;
	const char *options = boot_line_mount_options(line->options, &flags, arena);
	char type[64];

	if (line->type)
		snprintf(type, sizeof(type), "%s", line->type);
	else if (!probe(device, "TYPE", type, sizeof(type)))
		return err_set(err, ERR_BOOT, device, "no known filesystem is on it");
	if (mkdir(BOOT_SYSROOT, 0755) && errno != EEXIST)
		return err_sys(err, ERR_BOOT, BOOT_SYSROOT, "cannot make the folder");
	if (mount(device, BOOT_SYSROOT, type, flags, options))
		return err_sys(err, ERR_BOOT, device, "cannot mount the root filesystem as %s%s%s",
			       type, *options ? " with " : "", options);
	return 0;
}

int boot_root_mount(const struct boot_line *line, const struct boot_config *config,
		    struct arena *arena, struct err *err)
{
	struct search search = {.line = line, .config = config};
	char device[256];

	if (!line->root)
		return err_set(
			err, ERR_BOOT, "/proc/cmdline",
			"no root= on the kernel's command line; give /dev/VG/LV, UUID= or LABEL=");
	if (wait_for_root(&search, device, sizeof(device), err))
		return -1;
	if (search.vg_err.code != ERR_NONE)
		printf("newroot: not all of volume group %s is active: %s\n", config->vg,
		       search.vg_err.msg);
	if (config->snapshots && config->vg)
		boot_reset(config->vg);
	return mount_device(device, line, arena, err);
}
