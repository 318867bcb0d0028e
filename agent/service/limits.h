/* The time limits of a service's connections: base/limits.h's, except in tests. */
#ifndef NEWROOT_SERVICE_LIMITS_H
#define NEWROOT_SERVICE_LIMITS_H

#include "base/limits.h"

struct net_limits {
	unsigned connect_ms;    /* an address */
	unsigned first_byte_ms; /* a handshake, or a request and the head of its response */
	unsigned stall_ms;      /* between two pieces of a body */
	unsigned rate_ms;       /* of waiting for a body, within which rate_bytes have to come */
	unsigned rate_bytes;
	unsigned retries;    /* failures in a row */
	unsigned backoff_ms; /* after the first failure, then doubled */
	unsigned backoff_max_ms;
};

#define NET_LIMITS_DEFAULT                                                                         \
	{                                                                                          \
		.connect_ms = NET_CONNECT_MS, .first_byte_ms = NET_FIRST_BYTE_MS,                  \
		.stall_ms = NET_STALL_MS, .rate_ms = NET_RATE_MS, .rate_bytes = NET_RATE_BYTES,    \
		.retries = NET_RETRIES, .backoff_ms = NET_BACKOFF_MS,                              \
		.backoff_max_ms = NET_BACKOFF_MAX_MS,                                              \
	}

#endif
