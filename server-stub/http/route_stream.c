/* All VMs, live: each one's JSON, first of all of them, then of those that change. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "http/query.h"
#include "http/route.h"
#include "http/sse.h"
#include "vm/vm_json.h"

struct vm_stream {
	struct sse_source source; /* first */
	struct sse_text *text;    /* while it is filled */
	int64_t version;          /* sent up to */
	int64_t newest;           /* the highest id sent: a higher one was added */
	int64_t count;            /* VMs there were; -1: not known yet */
	bool added;
	struct principal who; /* who sees it */
};

static void send_vm(void *arg, const struct vm *vm)
{
	struct vm_stream *stream = arg;
	char id[24];

	snprintf(id, sizeof(id), "%" PRId64, vm->version);
	if (principal_sees(&stream->who, vm->group))
		sse_add_json(stream->text, "vm", id, vm_json(vm));
	stream->version = vm->version;
	if (vm->id > stream->newest) {
		stream->newest = vm->id;
		stream->added = true;
	}
}

struct names {
	const struct principal *who;
	json_t *array;
};

static void add_name(void *arg, const struct vm *vm)
{
	const struct names *names = arg;

	if (principal_sees(names->who, vm->group))
		json_array_append_new(names->array, json_string(vm->name));
}

static int send_names(struct vm_stream *stream, struct store *store, struct err *err)
{
	struct names names = {&stream->who, json_array()};

	if (store_vm_each(store, add_name, &names, err) < 0) {
		json_decref(names.array);
		return -1;
	}
	sse_add_json(stream->text, "gone", NULL, json_pack("{s:o}", "vms", names.array));
	return 0;
}

static int fill(struct sse_source *source, struct store *store, struct sse_text *text)
{
	struct vm_stream *stream = (struct vm_stream *)(void *)source;
	const bool first = stream->count < 0 && !stream->version;
	int64_t count, version;

	if (store_vm_count(store, &count, &version, NULL) < 0)
		return -1;
	/* Versions grow; a smaller one is that of another store. */
	if (version < stream->version)
		stream->version = 0;
	stream->text = text;
	stream->added = false;
	if (version != stream->version &&
	    store_vm_since(store, stream->version, send_vm, stream, NULL) < 0)
		return -1;
	if (!first && (count != stream->count || stream->added) &&
	    send_names(stream, store, NULL) < 0)
		return -1;
	stream->count = count;
	return 0;
}

static void release(struct sse_source *source)
{
	free(source);
}

enum MHD_Result route_stream(struct request *request)
{
	struct vm_stream *stream = calloc(1, sizeof(*stream));
	int64_t version = 0;

	if (!stream)
		return MHD_NO;
	stream->source = (struct sse_source){fill, release, 0};
	stream->count = -1;
	stream->who = request->who;
	if (query_number(request_header(request, "Last-Event-ID"), 0, INT64_MAX, &version))
		stream->version = version;
	return sse_open(request, &stream->source);
}
