#include "course/vm_detail.h"

#include <stdlib.h>

#include "course/timeline.h"
#include "vm/vm_json.h"

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

static void add_event(void *arg, const struct event_row *row)
{
	json_array_append_new(arg, json_loads(row->body, 0, NULL));
}

static void add_step(void *arg, const struct event_row *row)
{
	timeline_add(arg, row);
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

static int add_timeline(struct store *store, const struct vm *vm, json_t *object, struct err *err)
{
	struct timeline timeline = {0};
	int ret =
		store_event_each_step(store, vm->id, TIMELINE_EVENTS_MAX, add_step, &timeline, err);

	if (ret == 0)
		json_object_set_new(object, "timeline", timeline_json(&timeline));
	timeline_free(&timeline);
	return ret;
}

static int add_spec(struct store *store, const struct vm *vm, json_t *object, struct err *err)
{
	json_t *spec;
	char *text;

	if (store_vm_spec(store, vm->id, &text, err) < 0)
		return -1;
	spec = json_loads(text, 0, NULL);
	free(text);
	return json_object_set_new(object, "spec", spec ? spec : json_null());
}

int vm_detail_json(struct store *store, const struct vm *vm, bool events, json_t **object,
		   struct err *err)
{
	json_t *made = vm_json(vm);

	if (!made)
		return err_set(err, ERR_MEMORY, vm->name, "no memory to show it");
	if (add_spec(store, vm, made, err) == 0 &&
	    store_boot_each(store, vm->id, add_boot, new_list(made, "boots"), err) == 0 &&
	    store_change_each(store, vm->id, add_change, new_list(made, "history"), err) == 0 &&
	    store_refusal_each(store, vm->id, add_refusal, new_list(made, "refused"), err) == 0 &&
	    (!events ||
	     store_event_each(store, vm->id, add_event, new_list(made, "events"), err) == 0) &&
	    add_timeline(store, vm, made, err) == 0) {
		*object = made;
		return 0;
	}
	json_decref(made);
	return -1;
}
