#include <stdio.h>
#include <string.h>

#include "http/audited.h"
#include "http/body.h"
#include "http/connections.h"
#include "http/login.h"
#include "http/reply.h"
#include "http/route.h"
#include "util/log.h"

#define COOKIE_WORDS "; Path=/; Secure; HttpOnly; SameSite=Strict"

/* The cookie is a secret of the browser's: no script of the page sees it. */
static enum MHD_Result reply_session(struct request *request, const char *session, long seconds)
{
	char cookie[sizeof(LOGIN_COOKIE) + TOKEN_TEXT + 96];

	snprintf(cookie, sizeof(cookie), LOGIN_COOKIE "=%s; Max-Age=%ld" COOKIE_WORDS, session,
		 seconds);
	return reply_json_with(request, json_pack("{s:I}", "seconds", (json_int_t)seconds),
			       MHD_HTTP_HEADER_SET_COOKIE, cookie);
}

static int parse(struct request *request, char token[TOKEN_TEXT + 1], struct err *err)
{
	const struct body_key keys[] = {{"token", token, TOKEN_TEXT + 1, true}};

	return body_parse(request->body, request->body_size, keys, 1, err);
}

/* 1: a viewer's token; 0: not; -1 after a refusal. */
static int find_principal(struct request *request, enum MHD_Result *ret)
{
	char token[TOKEN_TEXT + 1];
	struct err err = ERR_INIT;
	int found = -1;

	/* The right one first, as in by_token(). */
	if (parse(request, token, &err) == 0)
		found = principal_of_token(request, token, &err);
	explicit_bzero(token, sizeof(token));
	if (found < 0)
		*ret = reply_error(request, &err);
	return found > 0 ? principal_may(&request->who, ROLE_VIEWER) : found;
}

static enum MHD_Result begin_session(struct request *request)
{
	struct login *login = request->service->login;
	const char *before = request_cookie(request, LOGIN_COOKIE);
	char session[TOKEN_TEXT], id[SESSION_ID_TEXT], what[32];
	struct err err = ERR_INIT;

	if (login_begin(login, &request->who, request->peer, session, id, &err) < 0)
		return reply_error(request, &err);
	/* The browser forgets it. */
	if (before)
		login_end(login, before);
	connections_prove(request->service->connections, request->connection, WHO_OPERATOR, 0);
	log_info("%s logged in from %s", request->who.name, request->peer);
	snprintf(what, sizeof(what), "session %s", id);
	audited_note(request, "login", what, 0);
	return reply_session(request, session, LOGIN_SECONDS);
}

enum MHD_Result route_login(struct request *request)
{
	enum MHD_Result ret;
	int found = find_principal(request, &ret);

	if (found > 0)
		return begin_session(request);
	if (found < 0 || admit_wrong_token(request, &ret) < 0)
		return ret;
	return reply_refuse(
		request, REFUSE_OPERATOR,
		"login: this is not the token of operator.token, nor of a viewer or operator");
}

enum MHD_Result route_logout(struct request *request)
{
	login_end(request->service->login, request->session);
	return reply_session(request, "", 0);
}

/* Who asks, and what of the page is for him: by what the routes themselves let in. */
enum MHD_Result route_me(struct request *request)
{
	const struct principal *who = &request->who;
	char roles[ROLES_TEXT];

	return reply_json(request, json_pack("{s:s, s:s, s:s?, s:b, s:b}", "name", who->name,
					     "roles", roles_text(roles, who->roles), "group",
					     who->group[0] ? who->group : NULL, "acts",
					     principal_may(who, ROLE_OPERATOR), "archives",
					     principal_may(who, ROLE_UPLOADER) && !who->group[0]));
}
