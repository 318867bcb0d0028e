/* What LVM reports about volumes and their snapshots. */
#include <stdlib.h>
#include <string.h>

#include "base/lvm.h"
#include "snapshot/snapshot.h"

#define REPORT_BYTES (256 * 1024) /* JOB_LIST_MAX volumes with a snapshot each */
#define FIELD_BYTES  512
#define FIELDS                                                                                     \
	"lv_name,origin,lv_size,vg_extent_size,data_percent,lv_snapshot_invalid,lv_merging,lv_"    \
	"merge_failed,"                                                                            \
	"lv_device_open,lv_active,lv_time,lv_tags"

/* LVM says 1, 0, or -1 for what it does not know. */
static bool is_set(const char *row, const char *field)
{
	char text[FIELD_BYTES];

	return lvm_field(row, field, text, sizeof(text)) && !strcmp(text, "1");
}

/* The tag that begins with `tag`, without that; NULL: there is none. */
static const char *find_tag(const char *row, const char *tag, struct arena *arena)
{
	char *tags = arena_strdup(arena, lvm_field_text(row, "lv_tags", arena)), *one;

	while ((one = strsep(&tags, ",")))
		if (!strncmp(one, tag, strlen(tag)))
			return one + strlen(tag);
	return NULL;
}

static bool has_tag(const char *row, const char *tag, struct arena *arena)
{
	const char *rest = find_tag(row, tag, arena);

	return rest && !*rest;
}

/* LVM writes names of what is hidden, as a snapshot that is merging, in brackets. */
static const char *bare_name(const char *name, struct arena *arena)
{
	return *name == '[' ? arena_printf(arena, "%.*s", (int)strcspn(name + 1, "]"), name + 1)
			    : name;
}

static void read_volume(struct snapshot_volume *volume, const char *row, struct arena *arena)
{
	const char *active = lvm_field_text(row, "lv_active", arena);
	const char *retake = find_tag(row, SNAPSHOT_RETAKE_TAG, arena);

	*volume = (struct snapshot_volume){
		.name = lvm_field_text(row, "lv_name", arena),
		.is_open = is_set(row, "lv_device_open"),
		.is_active = !strcmp(active, "active"),
		.retake = retake ? strtoull(retake, NULL, 10) : 0,
		.fill = -1,
		.made = "",
	};
}

static void read_snapshot(struct snapshot_volume *volume, const char *row, struct arena *arena)
{
	const char *fill = lvm_field_text(row, "data_percent", arena);
	uint64_t extent = lvm_field_number(row, "vg_extent_size");

	volume->snapshot = bare_name(lvm_field_text(row, "lv_name", arena), arena);
	volume->size = lvm_field_number(row, "lv_size");
	volume->extents = extent ? volume->size / extent : 0;
	volume->fill = *fill ? strtod(fill, NULL) : -1;
	volume->is_full = is_set(row, "lv_snapshot_invalid");
	volume->is_merging = is_set(row, "lv_merging");
	volume->has_failed = is_set(row, "lv_merge_failed");
	volume->is_open |= is_set(row, "lv_device_open");
	volume->is_wanted = has_tag(row, SNAPSHOT_RESET_TAG, arena);
	volume->made = lvm_field_text(row, "lv_time", arena);
}

static struct snapshot_volume *find_volume(const struct snapshot_volumes *volumes, const char *name)
{
	for (size_t i = 0; i < volumes->count; i++)
		if (!strcmp(volumes->item[i].name, name))
			return &volumes->item[i];
	return NULL;
}

static size_t count_rows(const char *report)
{
	size_t count = 0;

	for (const char *row = report; row && *row; row = lvm_next_row(row))
		count++;
	return count;
}

void snapshot_parse(struct snapshot_volumes *volumes, const char *report, struct arena *arena)
{
	volumes->item = arena_array(arena, count_rows(report) + 1, sizeof(*volumes->item));
	volumes->count = 0;
	for (const char *row = report; row && *row; row = lvm_next_row(row))
		if (!*lvm_field_text(row, "origin", arena) &&
		    *lvm_field_text(row, "lv_name", arena) != '[')
			read_volume(&volumes->item[volumes->count++], row, arena);
	for (const char *row = report; row && *row; row = lvm_next_row(row)) {
		struct snapshot_volume *volume =
			find_volume(volumes, lvm_field_text(row, "origin", arena));

		if (volume && has_tag(row, SNAPSHOT_TAG, arena))
			read_snapshot(volume, row, arena);
	}
}

int snapshot_read(struct snapshot_volumes *volumes, const char *vg, const char *options,
		  struct arena *arena, const struct child_watch *watch, struct err *err)
{
	const char *command = arena_printf(
		arena, "lvs %s -a " LVM_REPORT " --binary -o " FIELDS " %s", options, vg);
	char *report = arena_alloc(arena, REPORT_BYTES);

	if (lvm_report(&command, 1, report, REPORT_BYTES, watch, err) < 0)
		return -1;
	snapshot_parse(volumes, report, arena);
	return 0;
}
