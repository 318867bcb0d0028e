/*
 * A write that a request waits for: its connection is suspended until the writer has stored it, and
 * then the route's function is called again, to answer.
 */
#ifndef SERVER_HTTP_DEFERRED_H
#define SERVER_HTTP_DEFERRED_H

#include <stdbool.h>

#include "http/request.h"

/* To be the first member of what a route needs for its write. */
struct deferred {
	struct write write; /* first: the writer hands this back */
	struct MHD_Connection *connection;
	/* In the writer's thread: 0, COURSE_REFUSED (what it noted is kept, its error is the answer) or -1. */
	int (*apply)(struct deferred *deferred, struct store *store, struct err *err);
	bool refused;
};

/*
 * `size` zeroed bytes that begin with a struct deferred, as request->pending. `release` frees them with the request,
 * whether it was submitted or not. NULL without memory.
 */
void *deferred_new(struct request *request, size_t size, void (*release)(void *pending),
		   int (*apply)(struct deferred *deferred, struct store *store, struct err *err));

/* Suspend and hand over; what it returns is the route's return value. */
enum MHD_Result deferred_submit(struct request *request);

/* When the route is called again: the error to answer with, or NULL when all went well. */
const struct err *deferred_error(const struct deferred *deferred);

#endif
