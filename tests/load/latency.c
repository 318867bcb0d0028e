#include "latency.h"

#include <stdio.h>
#include <stdlib.h>

void latency_add(struct latency *latency, int64_t us)
{
	if (latency->count == latency->room) {
		latency->room = latency->room ? latency->room * 2 : 65536;
		latency->us = reallocarray(latency->us, latency->room, sizeof(*latency->us));
		if (!latency->us) {
			fprintf(stderr, "load: no memory for latencies\n");
			exit(1);
		}
	}
	latency->us[latency->count++] = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

static int compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double latency_at(struct latency *latency, double share)
{
	size_t at = (size_t)(share * (double)latency->count);

	if (!latency->count)
		return 0;
	qsort(latency->us, latency->count, sizeof(*latency->us), compare);
	return latency->us[at < latency->count ? at : latency->count - 1] / 1000.0;
}
