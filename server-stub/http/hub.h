/*
 * Connections that wait for a change of a VM, or of any: live streams and long polls. They are suspended, and
 * a thread looks for changes in the store while somebody waits, whoever made them: the service, or a
 * command beside it.
 */
#ifndef SERVER_HTTP_HUB_H
#define SERVER_HTTP_HUB_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

struct hub;

/* One that waits; its owner's memory, which must stay until the connection has been resumed. */
struct waiter {
	struct MHD_Connection *connection;
	int64_t vm;       /* the VM whose changes count; 0: any VM's */
	int64_t until_ms; /* resumed at the latest then; by monotonic_ms() */
	struct waiter *next;
};

/* `store` is for reading, and outlives the hub. */
int hub_start(struct hub **hub, struct store *store, struct err *err);
/* Resume all; nobody waits any more. Before MHD is stopped, which can't end what is suspended. */
void hub_stop(struct hub *hub);
void hub_free(struct hub *hub);

enum hub_wait {
	HUB_SUSPENDED, /* the connection is; it will be resumed */
	HUB_CHANGED,   /* something has changed since `tick`: look again */
	HUB_STOPPED,
};

/* To be asked before looking at the store, and given to hub_wait() when that had nothing new. */
uint64_t hub_tick(struct hub *hub);
enum hub_wait hub_wait(struct hub *hub, struct waiter *waiter, uint64_t tick);

#endif
