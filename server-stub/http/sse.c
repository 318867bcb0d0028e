#include "http/sse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/hub.h"
#include "http/login.h"
#include "http/reply.h"
#include "http/route.h"
#include "http/views.h"
#include "util/limits.h"
#include "util/log.h"
#include "util/monotonic.h"

struct sse {
	struct waiter waiter;
	struct service *service;
	struct sse_source *source;
	char session[TOKEN_TEXT]; /* of who opened it; "": came with a token */
	struct principal who;
	struct sse_text text; /* on its way */
	size_t sent;          /* of it */
	int64_t ping_ms;      /* when the next one is due */
};

static bool make_room(struct sse_text *text, size_t size)
{
	size_t room = text->room ? text->room : 4096;
	char *grown;

	while (room < text->size + size)
		room *= 2;
	if (room == text->room)
		return true;
	grown = realloc(text->bytes, room);
	if (!grown)
		return false;
	text->bytes = grown;
	text->room = room;
	return true;
}

static void add(struct sse_text *text, const char *words)
{
	const size_t size = strlen(words);

	if (!text->failed && !make_room(text, size))
		text->failed = true;
	if (text->failed)
		return;
	memcpy(text->bytes + text->size, words, size);
	text->size += size;
}

static void add_field(struct sse_text *text, const char *name, const char *value)
{
	if (!value)
		return;
	add(text, name);
	add(text, value);
	add(text, "\n");
}

void sse_add(struct sse_text *text, const char *event, const char *id, const char *data)
{
	add_field(text, "event: ", event);
	add_field(text, "id: ", id);
	add_field(text, "data: ", data);
	add(text, "\n");
}

void sse_add_json(struct sse_text *text, const char *event, const char *id, json_t *data)
{
	char *line = data ? json_dumps(data, JSON_COMPACT) : NULL;

	json_decref(data);
	if (line)
		sse_add(text, event, id, line);
	else
		text->failed = true;
	free(line);
}

static void add_ping(struct sse *sse)
{
	const int64_t now = monotonic_ms();

	if (!sse->text.size && now >= sse->ping_ms)
		add(&sse->text, ": still here\n\n");
	if (sse->text.size)
		sse->ping_ms = now + LIVE_PING_SECONDS * 1000;
}

/* A stream ends with what it was opened by: the session, or the token. */
static bool may_see(const struct sse *sse)
{
	struct principal who = sse->who, began;

	if (sse->session[0] && !login_session(sse->service->login, sse->session, &began))
		return false;
	return principal_again(sse->service, views_get(sse->service->views), &who, NULL) > 0;
}

/* New text, or the end (-1), or nothing (0) with the connection suspended. */
static int refill(struct sse *sse)
{
	struct hub *hub = sse->service->hub;
	enum hub_wait wait = HUB_CHANGED;

	/* All VMs at once are a lot of text; a stream that waits holds none. */
	free(sse->text.bytes);
	sse->text = (struct sse_text){0};
	sse->sent = 0;
	while (wait == HUB_CHANGED) {
		const uint64_t tick = hub_tick(hub);

		if (!may_see(sse) ||
		    sse->source->fill(sse->source, views_get(sse->service->views), &sse->text) <
			    0 ||
		    sse->text.failed)
			return -1;
		add_ping(sse);
		if (sse->text.size)
			return 1;
		sse->waiter.until_ms = sse->ping_ms;
		wait = hub_wait(hub, &sse->waiter, tick);
	}
	return wait == HUB_STOPPED ? -1 : 0;
}

static ssize_t sse_read(void *cls, uint64_t pos, char *buf, size_t max)
{
	struct sse *sse = cls;
	size_t size;
	int ret = 1;

	(void)pos;
	if (sse->sent == sse->text.size)
		ret = refill(sse);
	if (ret <= 0)
		return ret < 0 ? MHD_CONTENT_READER_END_OF_STREAM : 0;
	size = sse->text.size - sse->sent;
	if (size > max)
		size = max;
	memcpy(buf, sse->text.bytes + sse->sent, size);
	sse->sent += size;
	return (ssize_t)size;
}

static void sse_free(void *cls)
{
	struct sse *sse = cls;

	atomic_fetch_sub(&sse->service->streams, 1);
	sse->source->release(sse->source);
	free(sse->text.bytes);
	free(sse);
}

static struct sse *sse_new(struct request *request, struct sse_source *source)
{
	struct sse *sse = calloc(1, sizeof(*sse));

	if (!sse)
		return NULL;
	sse->waiter.connection = request->connection;
	sse->waiter.vm = source->vm;
	sse->service = request->service;
	sse->source = source;
	memcpy(sse->session, request->session, sizeof(sse->session));
	sse->who = request->who;
	/* The first read tells the browser how soon to come back, and so ends the wait for a first byte. */
	add_field(&sse->text, "retry: ", "2000\n");
	sse->ping_ms = monotonic_ms() + LIVE_PING_SECONDS * 1000;
	return sse;
}

static enum MHD_Result open_stream(struct request *request, struct sse_source *source)
{
	struct sse *sse = sse_new(request, source);
	struct MHD_Response *response =
		sse ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, SEND_BLOCK, sse_read, sse,
							sse_free)
		    : NULL;

	if (!response) {
		atomic_fetch_sub(&request->service->streams, 1);
		source->release(source);
		free(sse ? sse->text.bytes : NULL);
		free(sse);
		return MHD_NO;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	return reply_queue(request, MHD_HTTP_OK, response);
}

enum MHD_Result sse_open(struct request *request, struct sse_source *source)
{
	if (!source)
		return MHD_NO;
	if (atomic_fetch_add(&request->service->streams, 1) < HTTP_STREAMS_MAX)
		return open_stream(request, source);
	atomic_fetch_sub(&request->service->streams, 1);
	source->release(source);
	return reply_refuse(request, REFUSE_LIMIT, "%d live streams are open; close one",
			    HTTP_STREAMS_MAX);
}
