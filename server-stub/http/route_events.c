#include <stdlib.h>
#include <string.h>

#include "course/intake.h"
#include "http/anchors.h"
#include "http/budget.h"
#include "http/deferred.h"
#include "http/reply.h"
#include "http/route.h"
#include "util/log.h"
#include "util/text.h"

/* A body of events on its way into the store. */
struct posting {
	struct deferred deferred; /* first */
	int64_t vm;
	struct event_list events;
	struct intake intake;
};

static int posting_apply(struct deferred *deferred, struct store *store, struct err *err)
{
	struct posting *posting = (struct posting *)(void *)deferred;

	return intake_events(store, posting->vm, &posting->events, wall_ms(), &posting->intake,
			     err);
}

static void posting_free(void *pending)
{
	struct posting *posting = pending;

	events_free(&posting->events);
	free(posting);
}

/* An agent that says it in a way of its own is one that does not say it. */
static void take_anchors(const struct request *request, struct event_list *events)
{
	const char *id = request_query(request, "anchors");

	if (id && strlen(id) == TRUST_ID_TEXT - 1 &&
	    strspn(id, "0123456789abcdef") == TRUST_ID_TEXT - 1)
		memcpy(events->anchors, id, TRUST_ID_TEXT);
}

static enum MHD_Result submit(struct request *request)
{
	struct posting *posting =
		deferred_new(request, sizeof(*posting), posting_free, posting_apply);
	struct err err = ERR_INIT;

	if (!posting)
		return MHD_NO;
	if (budget_disk_low(request->service->budgets, request->service->data->root,
			    request->service->reserve)) {
		request->retry_after_s = DISK_TOLD_SECONDS;
		return reply_refuse(
			request, REFUSE_DISK,
			"the service's disk is full; it takes events again when there is room");
	}
	if (events_parse(&posting->events, request->body, request->body_size, &err) < 0)
		return reply_error(request, &err);
	posting->vm = request->vm.id;
	take_anchors(request, &posting->events);
	posting->events.weigh = budget_weigh(request->service->budgets, request->vm.id);
	return deferred_submit(request);
}

static void log_intake(const struct request *request, const struct posting *posting)
{
	const struct intake *intake = &posting->intake;

	if (intake->gap_from)
		log_warning("%s: events %lld to %lld of boot %s are missing", request->vm.name,
			    (long long)intake->gap_from, (long long)intake->gap_to,
			    posting->events.boot);
	if (intake->from != intake->to)
		log_info("%s: %s, was %s", request->vm.name, vm_state_name(intake->to),
			 vm_state_name(intake->from));
}

static json_t *answer(const struct posting *posting)
{
	char *news = anchors_news(posting->events.anchors);
	json_t *json =
		json_pack("{s:I, s:b, s:b, s:b, s:s*}", "taken", (json_int_t)posting->intake.taken,
			  "hold", posting->intake.hold, "again", posting->intake.again, "cutover",
			  posting->intake.cutover, "anchors", news);

	free(news);
	return json;
}

enum MHD_Result route_events(struct request *request)
{
	const struct posting *posting = request->pending;
	const struct err *err;

	if (!posting)
		return submit(request);
	err = deferred_error(&posting->deferred);
	if (err)
		return reply_error(request, err);
	log_intake(request, posting);
	atomic_fetch_add(&request->service->metrics.events, posting->intake.added);
	return reply_json(request, answer(posting));
}
