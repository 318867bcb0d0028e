/*
 * The service as the agent sees it: its URL, its trust anchors, who this VM is.
 * Also the way to any other https origin under the same trust.
 */
#ifndef NEWROOT_SERVICE_SERVICE_H
#define NEWROOT_SERVICE_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct service;

struct service_config {
	const char *url;     /* https://name:port, without a path */
	const char *ca_file; /* PEM: the trust anchor(s), SITE_CA normally */
	const char *
		pin; /* NULL, or "sha256:HEX" of the service's public key (SPKI), in place of its name */
	const char *token; /* NULL: none; sent to the service's own origin only; never logged */
	const char *mac; /* "52:54:00:12:34:56": who this VM is; NULL or "": left to the service */
};

#define SITE_CA "/etc/newroot/site/ca.pem"

/* `*service` is the caller's to service_free(). Opens no connection. Errors: ERR_URL, ERR_IO, ERR_TLS. */
int service_new(struct service **service, const struct service_config *config, struct err *err);
void service_free(struct service *service);

struct hello {
	char name[64]; /* "newroot-server 0.1" */
	int64_t time;  /* seconds since 1970, the service's clock */
	bool hold;
};

/*
 * Say hello; the answer carries the service's time. When the clock reads earlier than the build, TLS
 * validity is checked against the build's time; then the clock is set from the service (only
 * with `set_clock`, only when it is off by more than two seconds).
 */
int service_hello(struct service *service, bool set_clock, struct hello *hello, struct err *err);

/*
 * The job as text: malloc'ed, NUL-terminated, at most JOB_BYTES_MAX; the caller's to free. `boot` is the boot
 * of the agent that asks (NULL: none); with `look` nothing will be written by it. Otherwise it is handed out
 * once for each arming: ERR_SERVICE_NOT_ARMED, which is not tried again.
 */
int service_job(struct service *service, const char *boot, bool look, char **text, size_t *size,
		struct err *err);

/*
 * What the service knows of one of its archives by reading it, as text of at most `cap` bytes: malloc'ed, the caller's to
 * free. 0: `*text` is NULL when it knows nothing, or the URL is none of its own.
 */
int service_facts(struct service *service, const char *url, size_t cap, char **text, size_t *size,
		  struct err *err);

/*
 * The disks that a plan of this VM showed, as {"disks": ARRAY or null}: malloc'ed, the caller's to free. 0: `*text` is NULL of a
 * service that keeps no plans.
 */
int service_plan(struct service *service, char **text, size_t *size, struct err *err);

/* What the service says to events. */
struct events_answer {
	uint64_t taken; /* the highest sequence number stored */
	bool hold;      /* stop at the next step boundary */
	bool again;     /* the boot that sent the events is to give up, and to begin anew */
	bool cutover;   /* the VM is to put itself into service */
	char *anchors; /* PEM, the caller's to free: others than this VM has said that it has; NULL: none */
};

/*
 * POST a JSON array of events. ERR_EVENTS_REFUSED: the service finds fault with the events themselves, and
 * would again; other failures may pass.
 */
int service_post_events(struct service *service, const char *json, size_t size,
			struct events_answer *answer, struct err *err);

/* Another VM of this VM's group. */
struct peer {
	char state[32]; /* "configuring"; "" before it was asked for */
	bool complete;
};

/*
 * Ask for the state of the peer `name`. When one is known (`peer->state`), the answer comes as soon as it is
 * another, or after PEER_WAIT_S. One try. ERR_SERVICE_PEER: there is no such peer.
 */
int service_peer(struct service *service, const char *name, struct peer *peer, struct err *err);

/* In a forked child: let go of the connection that its parent keeps, without a byte to the service. */
void service_forked(struct service *service);

#endif
