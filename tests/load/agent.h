/*
 * One simulated agent: it says hello, gets its job, and reports the steps of an installation, one progress
 * event a beat, as many in a request as have gathered while the last answer was on its way.
 */
#ifndef LOAD_AGENT_H
#define LOAD_AGENT_H

#include <stdbool.h>

#include "latency.h"
#include "peer.h"

/* What all agents share. */
struct load {
	gnutls_certificate_credentials_t trust;
	const char *name; /* of the service, as in its certificate */
	struct sockaddr_in to;
	int64_t beat_us; /* between two events of an agent */
	int64_t end_us;  /* no new events from then on */
	struct latency latency;
	size_t requests, refused, reconnects;
	size_t connecting; /* handshakes under way */
};

enum agent_phase { AGENT_OFF, AGENT_HELLO, AGENT_JOB, AGENT_EVENTS, AGENT_DONE };

struct agent {
	char mac[18], token[33], boot[37];
	struct sockaddr_in from;
	struct peer *peer; /* while it is connected */
	enum agent_phase phase;
	bool waiting;              /* for an answer */
	int64_t began_us;          /* reporting */
	int64_t sent_us;           /* the request that waits */
	int64_t retry_us;          /* not before then */
	int64_t made, sent, taken; /* sequence numbers */
};

/* Milliseconds and microseconds of a clock that only goes forward. */
int64_t now_us(void);

/* Connect; the first request follows. -1 after an error that no retry mends. */
int agent_start(struct agent *agent, struct load *load);

/* Go as far as it goes without waiting; what the connection waits for then. */
enum peer_want agent_go(struct agent *agent, struct load *load);

/* When it has something to do by itself again, in microseconds; INT64_MAX: only after an answer. */
int64_t agent_due(const struct agent *agent, const struct load *load);

#endif
