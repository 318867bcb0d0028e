/* Waiting for other VMs of the group: a replica comes up after its master. */
#ifndef NEWROOT_TARGET_PEERS_H
#define NEWROOT_TARGET_PEERS_H

#include "base/err.h"
#include "job/job.h"
#include "service/service.h"

/*
 * Returns 0 once all of `names` are complete, however long that takes, telling the service for whom it waits, with
 * heartbeats. A service that is away is waited for, too; one that refuses for `patience_s` seconds.
 * Errors: ERR_SERVICE_PEER (there is no such peer), or why the service refuses.
 */
int peers_wait(struct service *service, const struct strings *names, unsigned patience_s,
	       struct err *err);

#endif
