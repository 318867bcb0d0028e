#include <string.h>

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

enum MHD_Result route_login(struct request *request)
{
	struct login *login = request->service->login;
	char token[TOKEN_TEXT + 1], session[TOKEN_TEXT];
	struct err err = ERR_INIT;
	int found;

	if (parse(request, token, &err) < 0)
		return reply_error(request, &err);
	/* The right one first, as in by_token(). */
	found = principal_of_token(request, token, &err);
	if (found < 0)
		return reply_error(request, &err);
	if (!found || !principal_may(&request->who, ROLE_VIEWER)) {
		if (!login_may_try(login, request->peer)) {
			request->retry_after_s = LOGIN_WAIT_SECONDS;
			return reply_refuse(request, REFUSE_LIMIT,
					    "too many wrong tokens from %s; wait a minute",
					    request->peer);
		}
		login_failed(login, request->peer);
		return reply_refuse(
			request, REFUSE_OPERATOR,
			"login: this is not the token of operator.token, nor of a viewer or operator");
	}
	if (login_begin(login, &request->who, session, &err) < 0)
		return reply_error(request, &err);
	connections_prove(request->service->connections, request->connection, WHO_OPERATOR, 0);
	log_info("%s logged in from %s", request->who.name, request->peer);
	return reply_session(request, session, LOGIN_SECONDS);
}

enum MHD_Result route_logout(struct request *request)
{
	login_end(request->service->login, request->session);
	return reply_session(request, "", 0);
}
