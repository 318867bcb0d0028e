/*
 * The files by which VMs boot from the network, brought in line with the store: entries of every boot
 * loader, addresses for DHCP. Everything that changes VMs is followed by net_sync(); `serve`
 * calls it, too, for what other processes and agents change. Several processes may do so at once.
 */
#ifndef SERVER_NET_SYNC_H
#define SERVER_NET_SYNC_H

#include <stdbool.h>

#include "site/data.h"
#include "site/settings.h"
#include "store/store.h"

struct net; /* what is known to be in line: only what changed since then is looked at */

struct net_changes {
	bool hosts;    /* the addresses, of which dnsmasq was told if it runs */
	bool reloaded; /* it does */
};

/*
 * Nothing is known to be in line: the first net_sync() looks at everything, and removes what belongs to no
 * VM. `*net` is the caller's to net_free(); data and settings outlive it.
 */
int net_new(struct net **net, const struct data *data, const struct settings *settings,
	    struct err *err);
void net_free(struct net *net);

/* All is in line that the store holds now: for a process that is about to change one VM. */
int net_assume(struct net *net, struct store *store, struct err *err);

/*
 * `changes` may be NULL. An error (ERR_IO, ERR_MEMORY, ERR_SERVICE_STORE) leaves what was not done for the next call;
 * all that can be done is. Not to be called within a transaction.
 */
int net_sync(struct net *net, struct store *store, struct net_changes *changes, struct err *err);

#endif
