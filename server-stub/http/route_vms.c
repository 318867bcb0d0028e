#include <stdlib.h>
#include <string.h>

#include "course/course.h"
#include "course/vm_detail.h"
#include "http/query.h"
#include "http/reply.h"
#include "http/route.h"
#include "vm/vm_json.h"

struct listing {
	const char *group; /* NULL: all */
	const struct principal *who;
	json_t *vms;
	int64_t version;
};

static void list_vm(void *arg, const struct vm *vm)
{
	struct listing *listing = arg;

	if (vm->version > listing->version)
		listing->version = vm->version;
	if ((!listing->group || !strcmp(vm->group, listing->group)) &&
	    principal_sees(listing->who, vm->group))
		json_array_append_new(listing->vms, vm_json(vm));
}

enum MHD_Result route_vms(struct request *request)
{
	struct listing listing = {request_query(request, "group"), &request->who, json_array(), 0};
	struct err err = ERR_INIT;

	if (store_vm_each(request->service->views, list_vm, &listing, &err) < 0) {
		json_decref(listing.vms);
		return reply_error(request, &err);
	}
	return reply_json(request, json_pack("{s:I, s:o}", "version", (json_int_t)listing.version,
					     "vms", listing.vms));
}

enum MHD_Result route_vm(struct request *request)
{
	struct store *store = request->service->views;
	struct err err = ERR_INIT;
	json_t *object;
	struct vm vm;

	if (course_find(store, request->name, &vm, &err) < 0 ||
	    vm_detail_json(store, &vm, false, &object, &err) < 0)
		return reply_error(request, &err);
	return reply_json(request, object);
}

/* The boot that is asked for: by its UUID, or the newest one. */
struct wanted {
	const char *uuid;
	struct boot boot;
	bool found;
};

static void pick_boot(void *arg, const struct boot *boot)
{
	struct wanted *wanted = arg;

	if (wanted->uuid && strcmp(wanted->uuid, boot->uuid) != 0)
		return;
	wanted->boot = *boot;
	wanted->found = true;
}

static void add_event(void *arg, const struct event_row *row)
{
	json_array_append_new(arg, json_loads(row->body, 0, NULL));
}

static enum MHD_Result reply_events(struct request *request, const struct vm *vm, int64_t after,
				    int64_t limit)
{
	struct store *store = request->service->views;
	struct wanted wanted = {.uuid = request_query(request, "boot")};
	json_t *events = json_array();
	struct err err = ERR_INIT;

	if (store_boot_each(store, vm->id, pick_boot, &wanted, &err) == 0 &&
	    (!wanted.found || store_event_since(store, wanted.boot.id, after, limit, add_event,
						events, &err) == 0)) {
		if (wanted.found || !wanted.uuid)
			return reply_json(request, json_pack("{s:o}", "events", events));
		json_decref(events);
		return reply_refuse(request, REFUSE_BOOT, "%s has no boot %.40s", vm->name,
				    wanted.uuid);
	}
	json_decref(events);
	return reply_error(request, &err);
}

enum MHD_Result route_vm_events(struct request *request)
{
	int64_t after = 0, limit = EVENTS_LISTED_MAX;
	struct err err = ERR_INIT;
	struct vm vm;

	if (!query_number(request_query(request, "after"), 0, EVENT_SEQ_MAX, &after) ||
	    !query_number(request_query(request, "limit"), 1, EVENTS_LISTED_MAX, &limit))
		return reply_refuse(request, REFUSE_QUERY,
				    "after is a number up to %d, limit one from 1 to %d",
				    EVENT_SEQ_MAX, EVENTS_LISTED_MAX);
	if (course_find(request->service->views, request->name, &vm, &err) < 0)
		return reply_error(request, &err);
	return reply_events(request, &vm, after, limit);
}
