#include <string.h>

#include "http/reply.h"
#include "http/route.h"
#include "http/views.h"

struct listing {
	const struct principal *who;
	json_t *groups;
};

static void add_group(void *arg, const struct group_row *row)
{
	const struct listing *listing = arg;

	if (!principal_sees(listing->who, row->name))
		return;
	json_object_set_new(listing->groups, row->name,
			    json_pack("{s:s, s:b, s:b, s:i, s:{}}", "name", row->name, "hold",
				      row->hold, "imported", row->document[0] != '\0', "vms", 0,
				      "states"));
}

static void count_one(json_t *counts, const char *key)
{
	json_object_set_new(counts, key,
			    json_integer(json_integer_value(json_object_get(counts, key)) + 1));
}

static void count_vm(void *arg, const struct vm *vm)
{
	const struct listing *listing = arg;
	json_t *group = json_object_get(listing->groups, vm->group);

	if (!group)
		return;
	count_one(group, "vms");
	count_one(json_object_get(group, "states"), vm_state_name(vm->state));
}

/* The values of an object, in its order, as an array. */
static json_t *values(json_t *object)
{
	json_t *array = json_array(), *value;
	const char *key;

	json_object_foreach(object, key, value) json_array_append(array, value);
	return array;
}

enum MHD_Result route_groups(struct request *request)
{
	struct store *store = views_get(request->service->views);
	struct listing listing = {&request->who, json_object()};
	struct err err = ERR_INIT;
	enum MHD_Result ret;

	if (store_group_each(store, add_group, &listing, &err) < 0 ||
	    store_vm_each(store, count_vm, &listing, &err) < 0)
		ret = reply_error(request, &err);
	else
		ret = reply_json(request, json_pack("{s:o}", "groups", values(listing.groups)));
	json_decref(listing.groups);
	return ret;
}
