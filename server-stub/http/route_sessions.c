/* Who is logged in: an admin sees and ends all sessions, everybody else his own. */
#include <stdio.h>
#include <string.h>

#include "http/audited.h"
#include "http/body.h"
#include "http/login.h"
#include "http/reply.h"
#include "http/route.h"

static bool is_for(const struct principal *who, const struct session_row *row)
{
	if (principal_may(who, ROLE_ADMIN) && !who->group[0])
		return true;
	return !strcmp(who->name, row->who);
}

struct listing {
	const struct principal *who;
	char own[SESSION_ID_TEXT]; /* "": came with a token */
	json_t *sessions;
};

static void add_session(void *arg, const struct session_row *row)
{
	const struct listing *listing = arg;

	if (is_for(listing->who, row))
		json_array_append_new(listing->sessions,
				      json_pack("{s:s, s:s, s:s, s:I, s:I, s:b}", "id", row->id,
						"who", row->who, "from", row->from, "begun_ms",
						(json_int_t)row->begun_ms, "used_ms",
						(json_int_t)row->used_ms, "own",
						!strcmp(row->id, listing->own)));
}

enum MHD_Result route_sessions(struct request *request)
{
	struct service *service = request->service;
	struct listing listing = {.who = &request->who};
	struct err err = ERR_INIT;

	/* Those that are over are not there any more, then. */
	login_count(service->login);
	login_id(service->login, request->session, listing.own);
	listing.sessions = json_array();
	if (sessions_each(service->data, add_session, &listing, &err) == 0)
		return reply_json(request, json_pack("{s:o}", "sessions", listing.sessions));
	json_decref(listing.sessions);
	return reply_error(request, &err);
}

/* 1: it is over now. */
static int end_session(const struct request *request, struct session_row *row, struct err *err)
{
	const struct data *data = request->service->data;

	if (!sessions_find(data, request->name, row) || !is_for(&request->who, row))
		return 0;
	return sessions_end(data, row->id, err);
}

enum MHD_Result route_session_end(struct request *request)
{
	char what[sizeof("session  of ") + SESSION_ID_TEXT + VM_NAME_MAX];
	struct err err = ERR_INIT;
	struct session_row row;
	int ended;

	if (body_parse(request->body, request->body_size, NULL, 0, &err) < 0)
		return reply_error(request, &err);
	ended = end_session(request, &row, &err);
	if (ended < 0)
		return reply_error(request, &err);
	if (!ended)
		return reply_refuse(request, REFUSE_SESSION, "there is no session %s",
				    request->name);
	snprintf(what, sizeof(what), "session %s of %s", row.id, row.who);
	audited_note(request, "session end", what, 0);
	return reply_json(request, json_pack("{s:s}", "id", row.id));
}
