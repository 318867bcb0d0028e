/* The events of one VM, live: its last ones, then each as it comes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "course/course.h"
#include "http/query.h"
#include "http/reply.h"
#include "http/route.h"
#include "http/sse.h"
#include "http/views.h"

/* How far a boot's events were sent. */
struct cursor {
	int64_t boot;
	char uuid[BOOT_UUID_TEXT];
	int64_t sent, taken; /* sequence numbers */
};

/* Events in one piece. */
#define PIECE 200

struct log_stream {
	struct sse_source source; /* first */
	struct sse_text *text;    /* while it is filled */
	struct cursor *cursor;    /* in the order of boots */
	size_t count, room;
	bool begun, failed;
	int64_t piece, last; /* events of a piece, and the number of the last one */
	bool full;           /* the piece: what follows comes with the next one */
	/* Where to go on, from Last-Event-ID; "": at the last events. */
	char boot[BOOT_UUID_TEXT];
	int64_t seq;
};

static struct cursor *find_cursor(struct log_stream *stream, int64_t boot)
{
	for (size_t i = stream->count; i-- > 0;)
		if (stream->cursor[i].boot == boot)
			return &stream->cursor[i];
	return NULL;
}

static struct cursor *add_cursor(struct log_stream *stream)
{
	if (stream->count == stream->room) {
		const size_t room = stream->room ? stream->room * 2 : 8;
		struct cursor *grown = reallocarray(stream->cursor, room, sizeof(*grown));

		if (!grown)
			return NULL;
		stream->cursor = grown;
		stream->room = room;
	}
	return &stream->cursor[stream->count++];
}

static void note_boot(void *arg, const struct boot *boot)
{
	struct log_stream *stream = arg;
	struct cursor *cursor = find_cursor(stream, boot->id);

	if (!cursor) {
		cursor = add_cursor(stream);
		if (!cursor) {
			stream->failed = true;
			return;
		}
		*cursor = (struct cursor){.boot = boot->id};
		memcpy(cursor->uuid, boot->uuid, sizeof(cursor->uuid));
	}
	cursor->taken = boot->taken;
}

/* After a cut connection: all events after the last one received, of its boot and those that followed. */
static bool go_on(struct log_stream *stream)
{
	for (size_t i = stream->count; i-- > 0;) {
		if (strcmp(stream->cursor[i].uuid, stream->boot) != 0)
			continue;
		stream->cursor[i].sent = stream->seq;
		while (i-- > 0)
			stream->cursor[i].sent = stream->cursor[i].taken;
		return true;
	}
	return false;
}

/* The last LIVE_LOG_EVENTS numbers, of as many boots as it takes. */
static void begin_late(struct log_stream *stream)
{
	int64_t left = LIVE_LOG_EVENTS;

	for (size_t i = stream->count; i-- > 0;) {
		struct cursor *cursor = &stream->cursor[i];

		cursor->sent = cursor->taken > left ? cursor->taken - left : 0;
		left -= cursor->taken - cursor->sent;
	}
}

static void send_event(void *arg, const struct event_row *row)
{
	struct log_stream *stream = arg;
	char id[BOOT_UUID_TEXT + 24];

	stream->full = stream->full || stream->text->size > LIVE_LOG_BYTES;
	if (stream->full)
		return;
	snprintf(id, sizeof(id), "%s:%" PRId64, row->boot, row->seq);
	sse_add(stream->text, NULL, id, row->body);
	stream->piece++;
	stream->last = row->seq;
}

/* A piece of one boot's news. A number that is missing now may come later, but not into this log. */
static int send_piece(struct log_stream *stream, struct store *store, struct cursor *cursor)
{
	stream->piece = 0;
	stream->full = false;
	stream->last = cursor->sent;
	if (store_event_since(store, cursor->boot, cursor->sent, PIECE, send_event, stream, NULL) <
	    0)
		return -1;
	cursor->sent = stream->last;
	if (!stream->full && stream->piece < PIECE && cursor->sent < cursor->taken)
		cursor->sent = cursor->taken;
	return 0;
}

/* Boot by boot, in order; what is left comes with the next call. */
static int send_news(struct log_stream *stream, struct store *store)
{
	for (size_t i = 0; !stream->text->size && i < stream->count; i++)
		if (stream->cursor[i].sent < stream->cursor[i].taken &&
		    send_piece(stream, store, &stream->cursor[i]) < 0)
			return -1;
	return 0;
}

/* A VM that was removed has no log: whoever comes back for it is told so. */
static bool is_there(struct store *store, int64_t id)
{
	struct vm vm;

	return store_vm_find(store, VM_BY_ID, id, NULL, &vm, NULL) > 0;
}

static int fill(struct sse_source *source, struct store *store, struct sse_text *text)
{
	struct log_stream *stream = (struct log_stream *)(void *)source;

	stream->text = text;
	if (!is_there(store, source->vm) ||
	    store_boot_each(store, source->vm, note_boot, stream, NULL) < 0 || stream->failed)
		return -1;
	if (!stream->begun && !go_on(stream))
		begin_late(stream);
	stream->begun = true;
	return send_news(stream, store);
}

static void release(struct sse_source *source)
{
	free(((struct log_stream *)(void *)source)->cursor);
	free(source);
}

enum MHD_Result route_vm_log(struct request *request)
{
	const char *last = request_header(request, "Last-Event-ID");
	struct err err = ERR_INIT;
	struct log_stream *stream;
	struct vm vm;

	if (course_find(views_get(request->service->views), request->name, &vm, &err) < 0)
		return reply_error(request, &err);
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		return MHD_NO;
	stream->source = (struct sse_source){fill, release, vm.id};
	if (last && !query_event_id(last, stream->boot, &stream->seq))
		stream->boot[0] = '\0';
	return sse_open(request, &stream->source);
}
