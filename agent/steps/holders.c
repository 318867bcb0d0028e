#include "steps/holders.h"

#include <string.h>

#include "machine/sysfs.h"

#define VG_UUID_LENGTH 36 /* LV_UUID and the VG's 32 characters */
#define DEPTH_MAX      16 /* LV on crypt on MD on partition is 4; a loop in sysfs must not hang us */

struct search {
	struct holders *found;
	const char *sysfs;
	struct arena *arena;
};

static int search_below(struct search *search, const char *folder, unsigned depth, struct err *err);

bool holders_have(const struct holders *holders, const char *name)
{
	for (size_t i = 0; i < holders->count; i++)
		if (!strcmp(holders->item[i].name, name))
			return true;
	return false;
}

static int add_holder(struct search *search, const char *name, struct err *err)
{
	struct holders *found = search->found;
	struct holder *holder = &found->item[found->count];
	char text[SYSFS_TEXT_MAX];

	if (found->count == HOLDERS_MAX)
		return err_set(err, ERR_WIPE, name, "more than %d devices rest on the disks",
			       HOLDERS_MAX);
	*holder = (struct holder){.name = name, .label = name, .uuid = "", .kind = HOLDER_UNKNOWN};
	if (sysfs_text(text, "%s/block/%s/dm/name", search->sysfs, name)) {
		holder->kind = HOLDER_DM;
		holder->label = arena_strdup(search->arena, text);
		sysfs_text(text, "%s/block/%s/dm/uuid", search->sysfs, name);
		holder->uuid = arena_strdup(search->arena, text);
	} else if (!strncmp(name, "md", 2)) {
		holder->kind = HOLDER_MD;
	}
	found->count++;
	return 0;
}

/* Those in FOLDER/holders, each behind what rests on it. */
static int search_holders(struct search *search, const char *folder, unsigned depth,
			  struct err *err)
{
	const char **names;
	size_t count;

	if (sysfs_list(&names, &count, arena_printf(search->arena, "%s/holders", folder),
		       search->arena, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (holders_have(search->found, names[i]))
			continue;
		if (search_below(
			    search,
			    arena_printf(search->arena, "%s/block/%s", search->sysfs, names[i]),
			    depth + 1, err) < 0)
			return -1;
		if (!holders_have(search->found, names[i]) && add_holder(search, names[i], err) < 0)
			return -1;
	}
	return 0;
}

/* The device whose sysfs folder this is, and its partitions. */
static int search_below(struct search *search, const char *folder, unsigned depth, struct err *err)
{
	const char **names;
	size_t count;

	if (depth > DEPTH_MAX)
		return err_set(err, ERR_WIPE, folder, "devices rest on each other %u deep", depth);
	if (search_holders(search, folder, depth, err) < 0 ||
	    sysfs_list(&names, &count, folder, search->arena, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const char *partition = arena_printf(search->arena, "%s/%s", folder, names[i]);

		if (sysfs_exists("%s/partition", partition) &&
		    search_holders(search, partition, depth, err) < 0)
			return -1;
	}
	return 0;
}

int holders_find(struct holders *holders, const char *sysfs, const char *disk, struct arena *arena,
		 struct err *err)
{
	struct search search = {.found = holders, .sysfs = sysfs, .arena = arena};

	return search_below(&search, arena_printf(arena, "%s/block/%s", sysfs, disk), 0, err);
}

/* Of two UUIDs of LVs: is the VG the same? */
static bool same_vg(const char *uuid, const char *other)
{
	return !strncmp(uuid, LV_UUID, strlen(LV_UUID)) && !strncmp(uuid, other, VG_UUID_LENGTH);
}

/* In names of LVM a single hyphen divides VG and LV; one within them is doubled. */
static bool name_begins_with_vg(const char *name, const char *vg)
{
	for (; *vg; vg++) {
		if (*name++ != *vg)
			return false;
		if (*vg == '-' && *name++ != '-')
			return false;
	}
	return name[0] == '-' && name[1] != '-';
}

static bool is_orphan(const struct search *search, const char *name, const char *vg)
{
	const char *slaves = arena_printf(search->arena, "%s/block/%s/slaves", search->sysfs, name);
	char dm_name[SYSFS_TEXT_MAX], uuid[SYSFS_TEXT_MAX];
	struct err ignored = ERR_INIT;
	const char **below;
	size_t count;

	if (holders_have(search->found, name) ||
	    !sysfs_text(dm_name, "%s/block/%s/dm/name", search->sysfs, name) ||
	    !sysfs_text(uuid, "%s/block/%s/dm/uuid", search->sysfs, name) ||
	    sysfs_list(&below, &count, slaves, search->arena, &ignored) < 0 || count)
		return false;
	for (size_t i = 0; i < search->found->count; i++)
		if (same_vg(uuid, search->found->item[i].uuid))
			return true;
	return same_vg(uuid, uuid) && name_begins_with_vg(dm_name, vg);
}

int holders_find_orphans(struct holders *holders, const char *sysfs, const char *vg,
			 struct arena *arena, struct err *err)
{
	struct search search = {.found = holders, .sysfs = sysfs, .arena = arena};
	const char **names;
	size_t count;

	if (sysfs_list(&names, &count, arena_printf(arena, "%s/block", sysfs), arena, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (!is_orphan(&search, names[i], vg))
			continue;
		if (search_below(&search, arena_printf(arena, "%s/block/%s", sysfs, names[i]), 0,
				 err) < 0 ||
		    add_holder(&search, names[i], err) < 0)
			return -1;
	}
	return 0;
}
