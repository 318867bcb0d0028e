/* How long requests took: each is kept, sorted once at the end. */
#ifndef LOAD_LATENCY_H
#define LOAD_LATENCY_H

#include <stddef.h>
#include <stdint.h>

struct latency {
	uint32_t *us;
	size_t count, room;
};

/* Ends the program without memory. */
void latency_add(struct latency *latency, int64_t us);
/* Milliseconds below which `share` (0 … 1) of all lie; sorts them. */
double latency_at(struct latency *latency, double share);

#endif
