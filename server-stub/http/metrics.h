/* What the service counts, and all of it in Prometheus' text format 0.0.4. Counters begin at 0 with each start. */
#ifndef SERVER_HTTP_METRICS_H
#define SERVER_HTTP_METRICS_H

#include <stdatomic.h>

#include "base/err.h"
#include "http/refusal.h"

#define METRICS_ROUTES   64 /* rows of routes.def, and one for requests that no route takes */
#define METRICS_STATUSES 24 /* rows of the table in metrics.c, and one for any other */

struct metrics {
	atomic_ullong requests[METRICS_ROUTES][METRICS_STATUSES];
	atomic_ullong refusals[REFUSALS];
	atomic_ullong events;        /* stored, repeats not counted */
	atomic_ullong archive_bytes; /* read for peers */
};

struct request;
struct service;

/* One answer. */
void metrics_count(const struct request *request, unsigned status);

/* All of it, malloc'ed, the caller's to free. Errors: of the store, ERR_MEMORY. */
int metrics_print(struct service *service, char **text, struct err *err);

#endif
