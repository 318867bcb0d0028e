/*
 * Trying again: which failures are worth it, how often, and how long to wait in between
 * (exponential, with jitter, so that a group of VMs doesn't come back in step).
 */
#ifndef NEWROOT_SERVICE_RETRY_H
#define NEWROOT_SERVICE_RETRY_H

#include <stdbool.h>

#include "base/err.h"
#include "service/limits.h"

struct retry {
	const struct net_limits *limits;
	unsigned failures; /* since the last progress */
	bool pointless;    /* set by the caller: this failure will not go away */
};

/* The network or the service is in trouble that may pass by itself. */
bool retry_may_pass(enum err_code code);

/*
 * Milliseconds to wait after the n-th failure in a row (from 1), of which `err` tells: with exponential backoff, and never less
 * than the peer's Retry-After, which http_head.c has capped.
 */
unsigned retry_delay(const struct net_limits *limits, unsigned failures, const struct err *err);

/*
 * After a failure: wait and return 0, or return -1 when trying again is pointless or was done often
 * enough; then `err` says so. ERR_INTERRUPTED while waiting.
 */
int retry_wait(struct retry *retry, struct err *err);

/* So much was got that it is worth counting from the start again. */
void retry_progress(struct retry *retry);

#endif
