#include <string.h>
#include <strings.h>

#include "http/connections.h"
#include "http/login.h"
#include "http/reply.h"
#include "http/route.h"

/*
 * A browser sends the cookie along with whatever another site makes it send; but such a request can't say that it is
 * JSON without the browser asking first.
 */
static bool says_json(const struct request *request)
{
	static const char json[] = "application/json";
	const char *type = request_header(request, MHD_HTTP_HEADER_CONTENT_TYPE);
	const size_t size = strlen(json);

	return type && !strncasecmp(type, json, size) && strchr("; \t", type[size]);
}

/* By a session: 1 when there is one, 0 when not, -1 after a refusal. */
static int by_session(struct request *request, enum MHD_Result *ret)
{
	const char *session = request_cookie(request, LOGIN_COOKIE);

	if (!session || !login_session(request->service->login, session))
		return 0;
	if (request->route->method != ROUTE_POST || says_json(request)) {
		strncpy(request->session, session, sizeof(request->session) - 1);
		return 1;
	}
	*ret = reply_refuse(request, REFUSE_TYPE, "send Content-Type: application/json");
	return -1;
}

/* By a token: as by_session(). Tokens of the roles from `role` down to the operator are good. */
static int by_token(struct request *request, enum login_role role, enum MHD_Result *ret)
{
	struct login *login = request->service->login;

	if (!request->token[0])
		return 0;
	/* The right one first: wrong ones of others behind the same address are not its fault. */
	if (login_token(login, LOGIN_OPERATOR, request->token) ||
	    login_token(login, role, request->token))
		return 1;
	if (!login_may_try(login, request->peer)) {
		request->retry_after_s = LOGIN_WAIT_SECONDS;
		*ret = reply_refuse(request, REFUSE_LIMIT,
				    "too many wrong tokens from %s; wait a minute", request->peer);
		return -1;
	}
	login_failed(login, request->peer);
	return 0;
}

static int admit(struct request *request, enum login_role role, enum refusal refusal,
		 const char *message, enum MHD_Result *ret)
{
	int admitted = by_session(request, ret);

	if (admitted == 0)
		admitted = by_token(request, role, ret);
	if (admitted == 0)
		*ret = reply_refuse(request, refusal, "%s: %s", request->route->path, message);
	if (admitted > 0)
		connections_prove(request->service->connections, request->connection, WHO_OPERATOR,
				  0);
	return admitted > 0 ? 0 : -1;
}

int admit_operator(struct request *request, enum MHD_Result *ret)
{
	return admit(request, LOGIN_OPERATOR, REFUSE_OPERATOR,
		     "log in, or show the token of operator.token", ret);
}

int admit_creator(struct request *request, enum MHD_Result *ret)
{
	return admit(request, LOGIN_CREATOR, REFUSE_CREATOR,
		     "show the token of creator.token or operator.token", ret);
}
