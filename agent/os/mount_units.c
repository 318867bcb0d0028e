#include "os/mount_units.h"

#include <string.h>

#include "os/set_aside.h"
#include "os/systemd_units.h"
#include "os/unit_file.h"

#define WHY "a disk or share of the old machine"

/* What the unit mounts; "" when it does not say. */
static const char *what(const char *unit, struct arena *arena)
{
	struct unit_file file = {.rest = unit, .arena = arena};
	const char *found = "";

	while (file.rest && unit_file_next(&file))
		if (!strcmp(file.key, "What"))
			found = file.value;
	return found;
}

/* A device ("/dev/…", "UUID=…", "LABEL=…", "PARTUUID=…") or a share ("server:/…", "//server/…"). */
static bool names_old_thing(const char *thing)
{
	return !strncmp(thing, "/dev/", 5) || strstr(thing, "UUID=") || strstr(thing, "LABEL=") ||
	       strstr(thing, ":/") || !strncmp(thing, "//", 2);
}

/* The unit, and the links by which it starts: one that is required and missing fails what requires it. */
static int set_unit_aside(struct changes *changes, const struct job *job, const char *unit,
			  struct err *err)
{
	struct service service = {.name = unit};

	if (systemd_service(changes, unit, &service, err))
		return -1;
	for (size_t i = 0; i < service.starts.count; i++)
		set_aside(changes, job, service.starts.item[i].path, WHY);
	set_aside(changes, job, arena_printf(changes->arena, SYSTEMD_UNITS "/%s", unit), WHY);
	return 0;
}

/* "srv-data.mount" and what mounts it when somebody looks there. */
static int consider(struct changes *changes, const struct job *job, const char *unit,
		    struct err *err)
{
	const char *path = arena_printf(changes->arena, SYSTEMD_UNITS "/%s", unit);
	const char *end = strrchr(unit, '.'), *text;
	struct stat st;

	if (!end || (strcmp(end, ".mount") != 0 && strcmp(end, ".swap") != 0) ||
	    !target_lstat(changes->target, path, &st) || !S_ISREG(st.st_mode))
		return 0;
	if (target_read(changes->target, path, changes->arena, &text, NULL, err))
		return -1;
	if (!names_old_thing(what(text, changes->arena)))
		return 0;
	return set_unit_aside(changes, job, unit, err) ||
			       set_unit_aside(changes, job,
					      arena_printf(changes->arena, "%.*s.automount",
							   (int)(end - unit), unit),
					      err)
		       ? -1
		       : 0;
}

int mount_units_set_aside(struct changes *changes, const struct job *job, struct err *err)
{
	struct target_names names;

	if (target_list(changes->target, SYSTEMD_UNITS, "", changes->arena, &names, err))
		return -1;
	for (size_t i = 0; i < names.count; i++)
		if (consider(changes, job, names.item[i], err))
			return -1;
	return 0;
}
