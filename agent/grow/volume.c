#include "grow/volume.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/lvm.h"
#include "job/job.h"

#define TAG    "newroot.grow="
#define FIELDS "lv_name,lv_path,lv_size,vg_extent_size,vg_free_count,origin,lv_active,lv_tags"

static bool row_says(const char *row, const char *field, const char *value)
{
	char text[VG_FIELD_BYTES];

	return lvm_field(row, field, text, sizeof(text)) && !strcmp(text, value);
}

/* Tags are separated by commas. */
static uint64_t extents_before(const char *row, struct arena *arena)
{
	char *tags = arena_strdup(arena, lvm_field_text(row, "lv_tags", arena)), *one;

	while ((one = strsep(&tags, ",")))
		if (!strncmp(one, TAG, strlen(TAG)))
			return strtoull(one + strlen(TAG), NULL, 10);
	return 0;
}

static const char *find_row(const char *report, const char *field, const char *value)
{
	for (const char *row = report; row && *row; row = lvm_next_row(row))
		if (row_says(row, field, value))
			return row;
	return NULL;
}

/* "root (8 GiB), data (4 GiB)": what can be grown. */
static const char *list_volumes(const char *report, struct arena *arena)
{
	const char *list = "";
	char size[32];

	for (const char *row = report; row && *row; row = lvm_next_row(row))
		if (row_says(row, "origin", ""))
			list = arena_printf(arena, "%s%s%s (%s)", list, *list ? ", " : "",
					    lvm_field_text(row, "lv_name", arena),
					    size_text(lvm_field_number(row, "lv_size"), size));
	return *list ? list : "none";
}

/* LVM grows neither a snapshot's origin in use nor the snapshot. */
static int check_snapshots(const char *report, const char *row, const struct grow_volume *volume,
			   struct arena *arena, struct err *err)
{
	const char *snapshot = find_row(report, "origin", volume->name);

	if (!row_says(row, "origin", ""))
		return err_set(err, ERR_GROW_REFUSED, volume->name,
			       "%s is a snapshot of %s; a snapshot is not grown", volume->name,
			       lvm_field_text(row, "origin", arena));
	if (!snapshot)
		return 0;
	return err_set(
		err, ERR_GROW_REFUSED, volume->name,
		"%s has the snapshot %s, and LVM grows no volume in use that has one. When %s need not go back to it any more (`newroot rescue reset`), `newroot lvm lvremove -y %s/%s` removes the snapshot",
		volume->name, lvm_field_text(snapshot, "lv_name", arena), volume->name,
		volume->vg.name, lvm_field_text(snapshot, "lv_name", arena));
}

static int read_row(struct grow_volume *volume, const char *report, const char *row,
		    struct arena *arena, struct err *err)
{
	volume->path = lvm_field_text(row, "lv_path", arena);
	volume->extent = lvm_field_number(row, "vg_extent_size");
	volume->free = lvm_field_number(row, "vg_free_count");
	volume->before = extents_before(row, arena);
	if (check_snapshots(report, row, volume, arena, err))
		return -1;
	if (!row_says(row, "lv_active", "active"))
		return err_set(err, ERR_GROW_REFUSED, volume->name,
			       "%s is not active: `newroot lvm lvchange -ay %s/%s` activates it",
			       volume->name, volume->vg.name, volume->name);
	if (!volume->extent || !*volume->path)
		return err_set(err, ERR_LVM, volume->name,
			       "LVM does not tell the size and place of %s", volume->name);
	volume->extents = lvm_field_number(row, "lv_size") / volume->extent;
	return 0;
}

int grow_volume_read(struct grow_volume *volume, const char *vg, const char *name,
		     struct arena *arena, struct err *err)
{
	const char *row;
	char *report;

	*volume = (struct grow_volume){.name = name};
	if (vg_choose(&volume->vg, vg, arena, err) ||
	    vg_report(arena_printf(arena, "lvs " LVM_REPORT " -o " FIELDS " --select vg_uuid=%s",
				   volume->vg.uuid),
		      &report, arena, err))
		return -1;
	row = find_row(report, "lv_name", name);
	if (!row)
		return err_set(err, ERR_GROW_REFUSED, name,
			       "VG %s has no volume \"%s\"; it has: %s", volume->vg.name, name,
			       list_volumes(report, arena));
	return read_row(volume, report, row, arena, err);
}

static const char *tag_command(const struct grow_volume *volume, const char *how, uint64_t extents,
			       struct arena *arena)
{
	return arena_printf(arena, "lvchange %s " TAG "%" PRIu64 " %s/%s", how, extents,
			    volume->vg.name, volume->name);
}

int grow_volume_extend(const struct grow_volume *volume, uint64_t extents, struct arena *arena,
		       struct err *err)
{
	const char *untag = tag_command(volume, "--deltag", volume->extents, arena);
	const char *commands[2];
	size_t count = 0;

	/* Whoever interrupted LVM may have done so between its disks and the kernel. */
	if (volume->before)
		commands[count++] = arena_printf(arena, "lvchange --refresh %s/%s", volume->vg.name,
						 volume->name);
	else
		commands[count++] = tag_command(volume, "--addtag", volume->extents, arena);
	if (extents > volume->extents)
		commands[count++] = arena_printf(arena, "lvextend -y -l %" PRIu64 " %s/%s", extents,
						 volume->vg.name, volume->name);
	if (lvm_run(commands, count, NULL, err) == 0)
		return 0;
	if (!volume->before)
		lvm_run(&untag, 1, NULL, NULL);
	return -1;
}

int grow_volume_end(const struct grow_volume *volume, struct arena *arena, struct err *err)
{
	const char *untag = tag_command(volume, "--deltag",
					volume->before ? volume->before : volume->extents, arena);

	return lvm_run(&untag, 1, NULL, err);
}
