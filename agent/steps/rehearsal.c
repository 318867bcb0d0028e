#include "steps/rehearsal.h"

#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/limits.h"
#include "machine/superblock.h"
#include "os/executable.h"
#include "os/fstab.h"
#include "os/fstab_line.h"
#include "os/text.h"

int rehearse_filesystems(const struct rehearsal *r, struct err *err)
{
	const struct plan *plan = r->ctx->plan;

	for (size_t i = 0; i < plan->fs_count; i++) {
		const struct plan_fs *fs = &plan->filesystems[i];
		struct superblock found;

		if (superblock_read(&found, fs->device, err))
			return -1;
		if (strcmp(found.type, fs_type_name(fs->type)) || strcmp(found.uuid, fs->uuid))
			return err_set(err, ERR_VERIFY, fs->device,
				       "%s should hold %s with UUID %s, and holds %s with UUID %s",
				       fs->device, fs_type_name(fs->type), fs->uuid,
				       found.type[0] ? found.type : "nothing",
				       found.uuid[0] ? found.uuid : "none");
	}
	return 0;
}

static bool plan_has_uuid(const struct plan *plan, const char *uuid)
{
	for (size_t i = 0; i < plan->fs_count; i++)
		if (!strcasecmp(plan->filesystems[i].uuid, uuid))
			return true;
	return false;
}

/* Of a device: is it there? What is no device (proc, tmpfs, a bind mount's folder) passes. */
static int check_spec(const struct plan *plan, const char *spec, struct err *err)
{
	if (!strncmp(spec, "UUID=", 5) && !plan_has_uuid(plan, spec + 5))
		return err_set(
			err, ERR_VERIFY, FSTAB,
			"fstab of the new system mounts %s, which no filesystem of the plan has",
			spec);
	if (!strncmp(spec, "/dev/", 5) && access(spec, F_OK))
		return err_sys(err, ERR_VERIFY, FSTAB,
			       "fstab of the new system mounts %s, which is not there", spec);
	return 0;
}

/* Folders below these come with what the boot itself mounts there: /dev/pts, /proc/bus/usb. */
static bool appears_at_boot(const char *mount)
{
	static const char *const roots[] = {"/dev/", "/proc/", "/sys/", "/run/"};

	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++)
		if (!strncmp(mount, roots[i], strlen(roots[i])))
			return true;
	return false;
}

/* What the boot does not wait for may be absent now: a CD, a disk that comes later. */
static bool is_waited_for(const struct fstab_line *line)
{
	return !text_lists(line->options, "noauto") && !text_lists(line->options, "nofail");
}

int rehearse_fstab(const struct rehearsal *r, struct err *err)
{
	struct fstab_line line;
	const char *rest;

	if (target_read(r->target, FSTAB, r->arena, &rest, NULL, err))
		return -1;
	while (rest && fstab_next(&line, &rest, r->arena)) {
		if (is_waited_for(&line) && check_spec(r->ctx->plan, line.spec, err))
			return -1;
		if (line.mount[0] == '/' && !appears_at_boot(line.mount) &&
		    !target_exists(r->target, line.mount))
			return err_set(
				err, ERR_VERIFY, FSTAB,
				"fstab of the new system mounts %s on %s, which does not exist",
				line.spec, line.mount);
	}
	return 0;
}

/* The kernel takes the last init= of its command line. */
static const char *init_path(const struct rehearsal *r)
{
	const char *path = "/sbin/init", *words = r->ctx->job->kernel.command_line;

	while (words && *(words += strspn(words, " "))) {
		size_t size = strcspn(words, " ");

		if (!strncmp(words, "init=", 5))
			path = arena_printf(r->arena, "%.*s", (int)size - 5, words + 5);
		words += size;
	}
	return path;
}

int rehearse_init(const struct rehearsal *r, struct err *err)
{
	return executable_check(r->target, init_path(r), err);
}

int rehearse_room(const struct rehearsal *r, struct err *err)
{
	struct statvfs room;
	uint64_t free_bytes;

	if (statvfs(r->target->root, &room))
		return err_sys(err, ERR_VERIFY, "/", "cannot see how full the root filesystem is");
	free_bytes = (uint64_t)room.f_bavail * room.f_frsize;
	if (free_bytes < ROOT_FREE_MIN)
		return err_set(
			err, ERR_VERIFY, "/",
			"the root filesystem has %ju bytes left; a boot needs at least %ju: make its volume larger",
			(uintmax_t)free_bytes, (uintmax_t)ROOT_FREE_MIN);
	return 0;
}
