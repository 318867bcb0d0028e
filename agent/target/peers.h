/* Waiting for other VMs of the group: a replica comes up after its master. */
#ifndef NEWROOT_TARGET_PEERS_H
#define NEWROOT_TARGET_PEERS_H

#include "base/err.h"
#include "job/job.h"
#include "service/service.h"

/*
 * Returns 0 once all of `names` are complete, telling the service for whom it waits, with heartbeats. A service that is
 * away is waited for, too; one that refuses for `patience_s` seconds. All takes `limit_s` seconds at most (0: however long).
 * Errors: ERR_PEER_LATE, ERR_SERVICE_PEER (there is no such peer), or why the service refuses.
 */
int peers_wait(struct service *service, const struct strings *names, uint32_t limit_s,
	       unsigned patience_s, struct err *err);

#endif
