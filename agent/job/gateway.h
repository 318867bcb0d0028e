/* How an interface reaches a next hop: within one of its networks, or, beside an address that is alone in its network, directly on the link. */
#ifndef NEWROOT_JOB_GATEWAY_H
#define NEWROOT_JOB_GATEWAY_H

#include "job/job.h"

/* In a network of the interface, or link-local IPv6. */
bool gateway_is_near(const struct job_interface *interface, const char *gateway);

/*
 * In none of its networks, but the interface has an address of that family whose prefix is the whole address (/32, /128):
 * clouds hand these out, with a gateway that is a neighbour all the same. The kernel takes a route by way of it
 * only behind a host route to it, or with the flag "onlink" (ip-route(8)).
 */
bool gateway_is_on_link(const struct job_interface *interface, const char *gateway);

/* All next hops of the interface that are on the link, gateways and of routes, each once; in the arena. */
struct strings gateways_on_link(const struct job_interface *interface, struct arena *arena);

#endif
