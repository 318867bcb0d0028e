#include "target/peers.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "service/report.h"
#include "service/retry.h"
#include "service/wait.h"

#define PAUSE_MS 1000 /* between two questions whose answer is the same */

struct waiting {
	struct service *service;
	unsigned patience_s;
	uint32_t limit_s; /* 0: none */
	int64_t began_ms;
	unsigned failures; /* in a row */
	int64_t failing_since_ms;
	char reason[160]; /* as told last; "": none */
};

static void tell(struct waiting *waiting, const char *reason)
{
	if (!strcmp(waiting->reason, reason))
		return;
	snprintf(waiting->reason, sizeof(waiting->reason), "%s", reason);
	log_line("%s", *reason ? reason : "waiting no longer");
	report_wait(reason);
}

/* 0: ask again; -1: it will not get better. */
static int bear(struct waiting *waiting, struct err *err)
{
	static const struct net_limits limits = NET_LIMITS_DEFAULT;
	int64_t now = clock_ms();

	if (err->code == ERR_SERVICE_PEER)
		return -1;
	if (!waiting->failures++) {
		waiting->failing_since_ms = now;
		log_line("%s: %s; trying again", err->where, err->msg);
	}
	if (!retry_may_pass(err->code) &&
	    now - waiting->failing_since_ms >= (int64_t)waiting->patience_s * 1000)
		return err_prefix(err, "refused for %u s", waiting->patience_s);
	return wait_sleep(retry_delay(&limits, waiting->failures, err), err);
}

static int check_limit(const struct waiting *waiting, const char *name, const struct peer *peer,
		       struct err *err)
{
	if (!waiting->limit_s || clock_ms() - waiting->began_ms < (int64_t)waiting->limit_s * 1000)
		return 0;
	return err_set(err, ERR_PEER_LATE, name, "%s is not complete within %u s, but \"%s\"", name,
		       waiting->limit_s, *peer->state ? peer->state : "unknown");
}

static int wait_for(struct waiting *waiting, const char *name, struct err *err)
{
	struct peer peer = {.state = ""};

	for (;;) {
		struct err last = ERR_INIT;
		struct peer before = peer;
		char reason[sizeof(waiting->reason)];

		report_heartbeat();
		if (service_peer(waiting->service, name, &peer, &last)) {
			if (bear(waiting, &last))
				return err_keep(err, &last);
			if (check_limit(waiting, name, &peer, err))
				return -1;
			continue;
		}
		waiting->failures = 0;
		if (peer.complete)
			return 0;
		snprintf(reason, sizeof(reason), "%s is not complete (%s)", name, peer.state);
		tell(waiting, reason);
		if (check_limit(waiting, name, &peer, err))
			return -1;
		if (!strcmp(before.state, peer.state) && wait_sleep(PAUSE_MS, err))
			return -1;
	}
}

int peers_wait(struct service *service, const struct strings *names, uint32_t limit_s,
	       unsigned patience_s, struct err *err)
{
	struct waiting waiting = {.service = service,
				  .patience_s = patience_s,
				  .limit_s = limit_s,
				  .began_ms = clock_ms()};
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < names->count; i++)
		ret = wait_for(&waiting, names->item[i], err);
	tell(&waiting, "");
	return ret;
}
