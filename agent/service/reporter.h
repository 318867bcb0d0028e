/*
 * The reporter: a child process that gets events from the agent as messages, keeps them in a spool
 * and delivers them, for ever if need be.
 */
#ifndef NEWROOT_SERVICE_REPORTER_H
#define NEWROOT_SERVICE_REPORTER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "service/service.h"
#include "service/trust.h"

/* In memory that the agent, its children and the reporter share. */
struct reporter_shared {
	pid_t agent;               /* whose death ends the reporter */
	_Atomic uint64_t sent;     /* messages put into the socket */
	_Atomic uint64_t received; /* messages that are in the spool; counted after `undelivered` */
	_Atomic uint64_t undelivered; /* events in the spool */
	_Atomic uint64_t next; /* number of the next event, should the spool's file be behind */
	_Atomic bool hold, again, cutover; /* the service's last word */
	char anchors[TRUST_ID_TEXT]; /* of the system that is being installed: anchors_tell() … */
	_Atomic bool anchors_known;  /* … once this says so */
};

/*
 * Life of the reporter; `fd` is its end of a SOCK_SEQPACKET pair, `spool` a file or NULL, `boot` that of the events
 * (NULL: the one the spool knows). Ends when its parent dies or on SIGTERM: what is undelivered is then in the spool.
 */
_Noreturn void reporter_run(struct service *service, const char *spool, const char *boot, int fd,
			    struct reporter_shared *shared);

#endif
