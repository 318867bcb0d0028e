#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "course/course.h"
#include "course/vm_detail.h"
#include "http/query.h"
#include "http/reply.h"
#include "http/route.h"
#include "http/views.h"
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

	if (store_vm_each(views_get(request->service->views), list_vm, &listing, &err) < 0) {
		json_decref(listing.vms);
		return reply_error(request, &err);
	}
	return reply_json(request, json_pack("{s:I, s:o}", "version", (json_int_t)listing.version,
					     "vms", listing.vms));
}

enum MHD_Result route_vm(struct request *request)
{
	struct store *store = views_get(request->service->views);
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

/* Events as they are stored, which is JSON already: to parse them would take seconds when they are long. */
struct events_text {
	FILE *out;
	char *text;
	size_t size, bytes;
	bool full;
};

static void add_event(void *arg, const struct event_row *row)
{
	struct events_text *events = arg;

	events->full = events->full || events->bytes > EVENTS_LISTED_BYTES;
	if (events->full)
		return;
	fprintf(events->out, "%s%s", events->bytes ? "," : "{\"events\":[", row->body);
	events->bytes += strlen(row->body);
}

/* The answer's text, the caller's to free; NULL without memory. */
static char *end_events(struct events_text *events)
{
	bool failed;

	fputs(events->bytes ? "]}" : "{\"events\":[]}", events->out);
	failed = ferror(events->out);
	if (fclose(events->out) == 0 && !failed)
		return events->text;
	free(events->text);
	return NULL;
}

static enum MHD_Result reply_events(struct request *request, const struct vm *vm, int64_t after,
				    int64_t limit)
{
	struct store *store = views_get(request->service->views);
	struct wanted wanted = {.uuid = request_query(request, "boot")};
	struct events_text events = {0};
	struct err err = ERR_INIT;
	char *text;

	if (store_boot_each(store, vm->id, pick_boot, &wanted, &err) < 0)
		return reply_error(request, &err);
	if (!wanted.found && wanted.uuid)
		return reply_refuse(request, REFUSE_BOOT, "%s has no boot %.40s", vm->name,
				    wanted.uuid);
	events.out = open_memstream(&events.text, &events.size);
	if (!events.out)
		return MHD_NO;
	if (wanted.found &&
	    store_event_since(store, wanted.boot.id, after, limit, add_event, &events, &err) < 0) {
		free(end_events(&events));
		return reply_error(request, &err);
	}
	text = end_events(&events);
	return text ? reply_text(request, text) : MHD_NO;
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
	if (course_find(views_get(request->service->views), request->name, &vm, &err) < 0)
		return reply_error(request, &err);
	return reply_events(request, &vm, after, limit);
}
