#include "plan/shown.h"

#include <inttypes.h>
#include <string.h>

#define ACCEPT                                                                                     \
	"nothing was written; look at a plan again (`newroot-server boot NAME --mode plan`), or give these disks free with `newroot-server boot NAME --forget-plan`"

static const char *role(size_t index)
{
	return index ? "pv" : "boot";
}

static json_t *disk_json(const struct disk *disk, size_t index)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "role", role(index), "path", disk->path,
			 "place", disk->location, "serial", disk->serial, "wwn", disk->wwn, "size",
			 (json_int_t)disk->size);
}

json_t *plan_shown_json(const struct plan *plan)
{
	json_t *list = json_array();

	for (size_t i = 0; i < plan->disk_count; i++)
		if (json_array_append_new(list, disk_json(plan->disks[i].disk, i))) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static const char *text_of(const json_t *disk, const char *key)
{
	const char *text = json_string_value(json_object_get(disk, key));

	return text ? text : "";
}

static uint64_t size_of(const json_t *disk)
{
	return (uint64_t)json_integer_value(json_object_get(disk, "size"));
}

static bool is_same(const struct disk *now, const json_t *shown, size_t index)
{
	return !strcmp(text_of(shown, "role"), role(index)) && now->size == size_of(shown) &&
	       !strcmp(now->location, text_of(shown, "place")) &&
	       !strcmp(now->serial, text_of(shown, "serial")) &&
	       !strcmp(now->wwn, text_of(shown, "wwn"));
}

static void another(const struct disk *now, const json_t *shown, size_t index,
		    struct err_list *errors)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_PLAN_DISKS, now->path,
		"the disk for %s is another one than the plan showed: %" PRIu64
		" bytes, serial '%s', wwn '%s' at %s now; %" PRIu64
		" bytes, serial '%s', wwn '%s' at %s then (%s); " ACCEPT,
		role(index), now->size, now->serial, now->wwn, now->location, size_of(shown),
		text_of(shown, "serial"), text_of(shown, "wwn"), text_of(shown, "place"),
		text_of(shown, "path"));
	err_list_add(errors, &err);
}

static void one_more(const struct disk *now, size_t index, struct err_list *errors)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_PLAN_DISKS, now->path,
		"this disk for %s (%" PRIu64
		" bytes, serial '%s', wwn '%s' at %s) was not in the plan that was shown; " ACCEPT,
		role(index), now->size, now->serial, now->wwn, now->location);
	err_list_add(errors, &err);
}

static void one_less(const json_t *shown, struct err_list *errors)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_PLAN_DISKS, text_of(shown, "path"),
		"the plan that was shown had this disk for %s (%" PRIu64
		" bytes, serial '%s', wwn '%s' at %s), which is not among those of the job now; " ACCEPT,
		text_of(shown, "role"), size_of(shown), text_of(shown, "serial"),
		text_of(shown, "wwn"), text_of(shown, "place"));
	err_list_add(errors, &err);
}

void plan_check_shown(const struct plan *plan, const json_t *shown, struct err_list *errors)
{
	const size_t count = json_array_size(shown);

	for (size_t i = 0; i < plan->disk_count || i < count; i++) {
		const json_t *then = json_array_get(shown, i);

		if (i >= plan->disk_count)
			one_less(then, errors);
		else if (i >= count)
			one_more(plan->disks[i].disk, i, errors);
		else if (!is_same(plan->disks[i].disk, then, i))
			another(plan->disks[i].disk, then, i, errors);
	}
}
