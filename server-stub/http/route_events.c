#include <stdlib.h>

#include "http/reply.h"
#include "http/route.h"
#include "util/log.h"
#include "util/text.h"
#include "vm/intake.h"

/* A body of events on its way into the store, while its connection is suspended. */
struct posting {
	struct write write; /* first: the writer hands this back */
	struct MHD_Connection *connection;
	int64_t vm;
	struct event_list events;
	struct intake intake;
};

static int posting_apply(struct write *write, struct store *store, struct err *err)
{
	struct posting *posting = (struct posting *)(void *)write;

	return intake_events(store, posting->vm, &posting->events, clock_ms(), &posting->intake,
			     err);
}

static void posting_done(struct write *write)
{
	MHD_resume_connection(((struct posting *)(void *)write)->connection);
}

static void posting_free(void *pending)
{
	struct posting *posting = pending;

	events_free(&posting->events);
	free(posting);
}

static enum MHD_Result submit(struct request *request)
{
	struct posting *posting = calloc(1, sizeof(*posting));
	struct err err = ERR_INIT;

	if (!posting)
		return MHD_NO;
	request->pending = posting;
	request->release = posting_free;
	if (events_parse(&posting->events, request->body, request->body_size, &err) < 0)
		return reply_error(request, &err);
	posting->write.apply = posting_apply;
	posting->write.done = posting_done;
	posting->connection = request->connection;
	posting->vm = request->vm.id;
	/* Suspended first: the writer may be done before writer_submit returns. */
	MHD_suspend_connection(request->connection);
	writer_submit(request->service->writer, &posting->write);
	return MHD_YES;
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

enum MHD_Result route_events(struct request *request)
{
	const struct posting *posting = request->pending;

	if (!posting)
		return submit(request);
	if (posting->write.ret < 0)
		return reply_error(request, &posting->write.err);
	log_intake(request, posting);
	return reply_json(request,
			  json_pack("{s:I, s:b, s:b}", "taken", (json_int_t)posting->intake.taken,
				    "hold", posting->intake.hold, "again", posting->intake.again));
}
