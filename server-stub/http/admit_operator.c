#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "course/course.h"
#include "http/audited.h"
#include "http/budget.h"
#include "http/connections.h"
#include "http/login.h"
#include "http/reply.h"
#include "http/route.h"
#include "util/text.h"

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

/* The principal of the name as it is now. */
static int find_again(struct service *service, struct store *store, struct principal *who,
		      struct err *err)
{
	const struct principal began = *who;
	int found;

	for (enum login_role role = 0; began.of_file && role < LOGIN_ROLES; role++)
		if (!strcmp(login_files[role].name, began.name)) {
			login_principal(service->login, role, who);
			return 1;
		}
	found = store_principal_find(store, began.name, who, err);
	return found > 0 ? principal_is_valid(who, wall_ms()) : found;
}

int principal_again(struct service *service, struct store *store, struct principal *who,
		    struct err *err)
{
	const int64_t made_ms = who->made_ms;
	int found = find_again(service, store, who, err);

	return found > 0 ? who->made_ms == made_ms : found;
}

int principal_of_token(struct request *request, const char *token, struct err *err)
{
	char hash[TOKEN_HASH_TEXT];
	int found;

	for (enum login_role role = 0; role < LOGIN_ROLES; role++)
		if (login_token(request->service->login, role, token, &request->who))
			return 1;
	if (!token[0])
		return 0;
	token_hash(hash, token);
	found = store_principal_by_token(request->service->store, hash, &request->who, err);
	return found > 0 ? principal_is_valid(&request->who, wall_ms()) : found;
}

bool principal_sees(const struct principal *who, const char *group)
{
	return !who->group[0] || !strcmp(who->group, group);
}

const char *principal_who(const struct request *request, char text[PRINCIPAL_WHO_TEXT])
{
	snprintf(text, PRINCIPAL_WHO_TEXT, "%s%s at %s", request->who.of_file ? "the " : "",
		 request->who.name, request->peer);
	return text;
}

/* By a session: 1 when there is one, 0 when not, -1 after a refusal. */
static int by_session(struct request *request, enum MHD_Result *ret)
{
	struct service *service = request->service;
	const char *session = request_cookie(request, LOGIN_COOKIE);
	struct err err = ERR_INIT;
	int found;

	if (!session || !login_session(service->login, session, &request->who))
		return 0;
	found = principal_again(service, service->store, &request->who, &err);
	if (found < 0)
		*ret = reply_error(request, &err);
	/* Nobody else's of that name, who may come: it is over. */
	if (found == 0)
		login_end(service->login, session);
	if (found <= 0)
		return found;
	if (request->route->method != ROUTE_POST || says_json(request)) {
		strncpy(request->session, session, sizeof(request->session) - 1);
		return 1;
	}
	*ret = reply_refuse(request, REFUSE_TYPE, "send Content-Type: application/json");
	return -1;
}

static void note_wrong_token(const struct request *request)
{
	char what[96];
	unsigned untold;

	if (!budget_wrong_token(request->service->budgets, request->peer, &untold))
		return;
	if (untold)
		snprintf(what, sizeof(what), "wrong token at %s, after %u more here or elsewhere",
			 request->route->path, untold);
	else
		snprintf(what, sizeof(what), "wrong token at %s", request->route->path);
	audited_note(request, "login", what, COURSE_REFUSED);
}

int admit_wrong_token(struct request *request, enum MHD_Result *ret)
{
	struct login *login = request->service->login;

	note_wrong_token(request);
	if (login_may_try(login, request->peer)) {
		login_failed(login, request->peer);
		return 0;
	}
	request->retry_after_s = LOGIN_WAIT_SECONDS;
	*ret = reply_refuse(request, REFUSE_LIMIT, "too many wrong tokens from %s; wait a minute",
			    request->peer);
	return -1;
}

/* What creator.token is not for is told as if it were no token, as ever. */
static bool is_other_file(const struct request *request, unsigned roles)
{
	return request->who.of_file && !principal_may(&request->who, roles);
}

/* By a token: as by_session(). */
static int by_token(struct request *request, unsigned roles, enum MHD_Result *ret)
{
	struct err err = ERR_INIT;
	int found;

	if (!request->token[0])
		return 0;
	/* The right one first: wrong ones of others behind the same address are not its fault. */
	found = principal_of_token(request, request->token, &err);
	if (found < 0)
		*ret = reply_error(request, &err);
	if (found > 0 && is_other_file(request, roles))
		found = 0;
	if (found != 0)
		return found;
	return admit_wrong_token(request, ret);
}

static int refuse_role(struct request *request, const char *why, enum MHD_Result *ret)
{
	*ret = reply_refuse(request, REFUSE_ROLE, "%s: %s %s", request->route->path,
			    request->who.name, why);
	return -1;
}

static int refuse_elsewhere(struct request *request, enum MHD_Result *ret)
{
	*ret = reply_refuse(request, REFUSE_VM, "%s: there is none of this name", request->name);
	return -1;
}

/* Of a principal for one group: what is of another, or of all, is not for him. Lists leave out what he does not see. */
static int judge_group(struct request *request, enum MHD_Result *ret)
{
	const struct principal *who = &request->who;
	const char *path = request->route->path;
	struct err err = ERR_INIT;
	struct vm vm;
	int found;

	if (!who->group[0])
		return 0;
	if (!strncmp(path, "/v1/groups/", strlen("/v1/groups/")))
		return principal_sees(who, request->name) ? 0 : refuse_elsewhere(request, ret);
	if (!strcmp(path, "/v1/archives") || !strcmp(path, "/metrics"))
		return refuse_role(request, "is for one group, and this tells of all", ret);
	if (strncmp(path, "/v1/vms/", strlen("/v1/vms/")) != 0)
		return 0;
	found = store_vm_find(request->service->store, VM_BY_NAME, 0, request->name, &vm, &err);
	if (found > 0 && principal_sees(who, vm.group))
		return 0;
	if (found >= 0)
		return refuse_elsewhere(request, ret);
	*ret = reply_error(request, &err);
	return -1;
}

static int admit(struct request *request, unsigned roles, enum refusal refusal, const char *message,
		 enum MHD_Result *ret)
{
	int admitted = by_session(request, ret);

	if (admitted == 0)
		admitted = by_token(request, roles, ret);
	if (admitted == 0)
		*ret = reply_refuse(request, refusal, "%s: %s", request->route->path, message);
	if (admitted <= 0)
		return -1;
	if (!principal_may(&request->who, roles))
		return refuse_role(request, "has no role for that", ret);
	if (judge_group(request, ret) < 0)
		return -1;
	connections_prove(request->service->connections, request->connection, WHO_OPERATOR, 0);
	return 0;
}

#define OPERATORS "log in, or show the token of operator.token or of a principal with the role"

int admit_viewer(struct request *request, enum MHD_Result *ret)
{
	return admit(request, ROLE_VIEWER, REFUSE_OPERATOR, OPERATORS, ret);
}

int admit_operator(struct request *request, enum MHD_Result *ret)
{
	return admit(request, ROLE_OPERATOR, REFUSE_OPERATOR, OPERATORS, ret);
}

int admit_metrics(struct request *request, enum MHD_Result *ret)
{
	return admit(request, ROLE_METRICS, REFUSE_OPERATOR, OPERATORS, ret);
}

int admit_uploader(struct request *request, enum MHD_Result *ret)
{
	return admit(request, ROLE_UPLOADER, REFUSE_OPERATOR, OPERATORS, ret);
}

int admit_creator(struct request *request, enum MHD_Result *ret)
{
	return admit(
		request, ROLE_CREATOR, REFUSE_CREATOR,
		"show the token of creator.token, operator.token or of a principal with the role",
		ret);
}
