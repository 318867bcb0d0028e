/*
 * Server-sent events: an answer without end, to which a source adds messages whenever something
 * has changed. A silent stream sends a comment now and then; one whose operator is no longer logged in ends.
 */
#ifndef SERVER_HTTP_SSE_H
#define SERVER_HTTP_SSE_H

#include <jansson.h>

#include "http/request.h"

/* Text that grows; once it has failed it stays as it is. */
struct sse_text {
	char *bytes;
	size_t size, room;
	bool failed;
};

/* One message. `event` and `id` may be NULL; `data` is one line. */
void sse_add(struct sse_text *text, const char *event, const char *id, const char *data);
/* The same with a JSON value, whose reference is taken. */
void sse_add_json(struct sse_text *text, const char *event, const char *id, json_t *data);

/* To be the first member of what a stream keeps. */
struct sse_source {
	/* Add what is new since the last call; nothing, when nothing is. -1 ends the stream. */
	int (*fill)(struct sse_source *source, struct store *store, struct sse_text *text);
	void (*release)(struct sse_source *source);
	int64_t vm; /* whose changes count; 0: any VM's */
};

/* Takes `source`, NULL included. Refused (429) beyond HTTP_STREAMS_MAX. */
enum MHD_Result sse_open(struct request *request, struct sse_source *source);

#endif
