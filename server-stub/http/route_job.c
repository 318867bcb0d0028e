#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "course/handout.h"
#include "http/deferred.h"
#include "http/reply.h"
#include "http/route.h"
#include "util/log.h"
#include "util/text.h"
#include "vm/event.h"
#include "vm/secrets_in.h"

/* A job being handed out, or looked at: the store has to know of it before the agent does. */
struct handing {
	struct deferred deferred; /* first */
	int64_t vm;
	bool look;
	char boot[BOOT_UUID_TEXT];
	char peer[ADDRESS_TEXT];
};

static int handing_apply(struct deferred *deferred, struct store *store, struct err *err)
{
	struct handing *handing = (struct handing *)(void *)deferred;

	return handing->look ? handout_look(store, handing->vm, handing->peer, wall_ms(), err)
			     : handout(store, handing->vm, handing->boot, wall_ms(), err);
}

static enum MHD_Result give(struct request *request, bool look)
{
	char *job, *clean = NULL;
	struct err err = ERR_INIT;

	if (store_vm_job(request->service->store, request->vm.id, &job, &err) < 0)
		return reply_error(request, &err);
	if (look && secrets_remove_text(job, &clean, &err) < 0) {
		free(job);
		return reply_error(request, &err);
	}
	log_info("%s: job %s %s", request->vm.name, look ? "shown to" : "handed out to",
		 request->peer);
	if (!clean)
		return reply_text(request, job);
	free(job);
	return reply_text(request, clean);
}

/* HEAD hands nothing over; by `mode=plan` nothing is written: neither costs an arming. */
static bool only_looked_at(const struct request *request)
{
	const char *mode = request_query(request, "mode");

	return request->head || (mode && !strcmp(mode, "plan"));
}

static enum MHD_Result submit(struct request *request)
{
	const char *boot = request_query(request, "boot");
	struct handing *handing;

	if (boot && boot[0] && !event_is_boot(boot))
		return reply_refuse(request, REFUSE_BOOT,
				    "boot is a UUID, one for each boot of the agent");
	handing = deferred_new(request, sizeof(*handing), free, handing_apply);
	if (!handing)
		return MHD_NO;
	handing->vm = request->vm.id;
	handing->look = only_looked_at(request);
	snprintf(handing->boot, sizeof(handing->boot), "%s", boot ? boot : "");
	memcpy(handing->peer, request->peer, sizeof(handing->peer));
	return deferred_submit(request);
}

enum MHD_Result route_job(struct request *request)
{
	const struct handing *handing = request->pending;
	const struct err *err;

	if (!handing)
		return submit(request);
	err = deferred_error(&handing->deferred);
	return err ? reply_error(request, err) : give(request, handing->look);
}
