/* The state of a VM of the same group, for an agent that waits for it: at once, or when it is another. */
#include <stdlib.h>
#include <string.h>

#include "http/hub.h"
#include "http/query.h"
#include "http/reply.h"
#include "http/route.h"
#include "util/monotonic.h"

/* A request that is kept waiting. */
struct watching {
	struct waiter waiter; /* first */
	enum vm_state than;   /* until the peer's state is another */
};

static enum MHD_Result reply_state(struct request *request, const struct vm *peer)
{
	return reply_json(request,
			  json_pack("{s:s, s:s, s:b}", "name", peer->name, "state",
				    vm_state_name(peer->state), "complete",
				    peer->state == VM_COMPLETE || peer->state == VM_CUT_OVER));
}

/* VM_STATES: not to be waited for. */
static enum vm_state parse_state(const char * not )
{
	return not ? vm_state_by_name(not ) : VM_STATES;
}

/* The request's conditions, once; NULL after `*ret` was set. */
static struct watching *watching_of(struct request *request, const struct vm *peer,
				    enum MHD_Result *ret)
{
	const char *not = request_query(request, "not");
	struct watching *watching = request->pending;
	int64_t seconds = 0;

	if (watching)
		return watching;
	if (!query_number(request_query(request, "wait"), 0, PEER_WAIT_SECONDS, &seconds) ||
	    (not &&parse_state(not ) == VM_STATES)) {
		*ret = reply_refuse(request, REFUSE_QUERY,
				    "not is a state, wait a number of seconds up to %d",
				    PEER_WAIT_SECONDS);
		return NULL;
	}
	watching = calloc(1, sizeof(*watching));
	if (!watching) {
		*ret = MHD_NO;
		return NULL;
	}
	*watching = (struct watching){
		{request->connection, peer->id, monotonic_ms() + seconds * 1000, NULL},
		parse_state(not ),
	};
	request->pending = watching;
	request->release = free;
	return watching;
}

/* The peer as it is now: 1; 0 or -1 with the answer given. */
static int find_peer(struct request *request, struct vm *peer, enum MHD_Result *ret)
{
	struct err err = ERR_INIT;
	int found =
		store_vm_find(request->service->store, VM_BY_NAME, 0, request->name, peer, &err);

	if (found < 0)
		*ret = reply_error(request, &err);
	else if (!found || !request->vm.group[0] || strcmp(peer->group, request->vm.group) != 0)
		*ret = reply_refuse(request, REFUSE_VM, "%s has no peer %s in its group",
				    request->vm.name, request->name);
	else
		return 1;
	return 0;
}

enum MHD_Result route_peer(struct request *request)
{
	struct hub *hub = request->service->hub;
	enum hub_wait wait = HUB_CHANGED;
	enum MHD_Result ret;
	struct vm peer;

	while (wait == HUB_CHANGED) {
		const uint64_t tick = hub_tick(hub);
		struct watching *watching;

		if (find_peer(request, &peer, &ret) <= 0)
			return ret;
		watching = watching_of(request, &peer, &ret);
		if (!watching)
			return ret;
		if (peer.state != watching->than || monotonic_ms() >= watching->waiter.until_ms)
			return reply_state(request, &peer);
		wait = hub_wait(hub, &watching->waiter, tick);
	}
	return wait == HUB_SUSPENDED ? MHD_YES : reply_state(request, &peer);
}
