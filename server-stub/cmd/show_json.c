#include "cmd/show_json.h"

#include <jansson.h>

#include "vm/vm_json.h"
#include "vm/timeline.h"

static void add_boot(void *arg, const struct boot *boot)
{
	json_array_append_new(arg, json_pack("{s:s, s:I, s:I, s:I}", "boot", boot->uuid, "first_ms",
					     (json_int_t)boot->first_ms, "taken",
					     (json_int_t)boot->taken, "stored",
					     (json_int_t)boot->stored));
}

static void add_change(void *arg, const struct change_row *row)
{
	json_array_append_new(arg,
			      json_pack("{s:I, s:s, s:s, s:s}", "at_ms", (json_int_t)row->at_ms,
					"from", row->from, "to", row->to, "cause", row->cause));
}

static void add_refusal(void *arg, const struct refusal_row *row)
{
	json_array_append_new(
		arg, json_pack("{s:s, s:s, s:I, s:I, s:I}", "address", row->address, "reason",
			       row->reason, "first_ms", (json_int_t)row->first_ms, "last_ms",
			       (json_int_t)row->last_ms, "count", (json_int_t)row->count));
}

struct event_parts {
	json_t *events;
	struct timeline timeline;
};

static void add_event(void *arg, const struct event_row *row)
{
	struct event_parts *parts = arg;

	json_array_append_new(parts->events, json_loads(row->body, 0, NULL));
	timeline_add(&parts->timeline, row);
}

static json_t *timeline_json(const struct timeline *timeline)
{
	json_t *array = json_array();

	for (size_t i = 0; i < timeline->count; i++) {
		const struct timeline_row *row = &timeline->row[i];

		json_array_append_new(array, json_pack("{s:s, s:s, s:I, s:b, s:b, s:I, s:I}",
						       "step", row->step, "boot", row->boot,
						       "begin_ms", (json_int_t)row->begin_ms,
						       "ended", row->ended, "ok", row->ok,
						       "ms_taken", (json_int_t)row->ms_taken,
						       "bytes", (json_int_t)row->bytes));
	}
	return array;
}

/* Put a new array into `object` under `key` and return it; jansson passes NULL through. */
static json_t *new_list(json_t *object, const char *key)
{
	json_t *array = json_array();

	return json_object_set_new(object, key, array) < 0 ? NULL : array;
}

int show_json(struct store *store, const struct vm *vm, struct err *err)
{
	json_t *object = vm_json(vm);
	struct event_parts parts = {0};
	int ret = -1;

	parts.events = json_array();
	if (store_boot_each(store, vm->id, add_boot, new_list(object, "boots"), err) == 0 &&
	    store_change_each(store, vm->id, add_change, new_list(object, "history"), err) == 0 &&
	    store_refusal_each(store, vm->id, add_refusal, new_list(object, "refused"), err) == 0 &&
	    store_event_each(store, vm->id, add_event, &parts, err) == 0) {
		json_object_set_new(object, "timeline", timeline_json(&parts.timeline));
		json_object_set(object, "events", parts.events);
		ret = print_json(object, err);
	}
	timeline_free(&parts.timeline);
	json_decref(parts.events);
	json_decref(object);
	return ret;
}
