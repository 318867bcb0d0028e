#include "http/handler.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/budget.h"
#include "http/connections.h"
#include "http/reply.h"
#include "http/route.h"
#include "http/unescape.h"
#include "util/limits.h"

const char *request_query(const struct request *request, const char *key)
{
	return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, key);
}

const char *request_header(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *request_cookie(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, name);
}

static unsigned method_bit(const char *method)
{
	if (!strcmp(method, MHD_HTTP_METHOD_GET) || !strcmp(method, MHD_HTTP_METHOD_HEAD))
		return ROUTE_GET;
	return strcmp(method, MHD_HTTP_METHOD_POST) ? 0 : ROUTE_POST;
}

static void take_token(struct request *request)
{
	static const char scheme[] = "Bearer ";
	const char *header = request_header(request, MHD_HTTP_HEADER_AUTHORIZATION);

	if (header && !strncasecmp(header, scheme, strlen(scheme)))
		strncpy(request->token, header + strlen(scheme), sizeof(request->token) - 1);
}

static struct request *request_new(struct service *service, struct MHD_Connection *connection)
{
	struct request *request = calloc(1, sizeof(*request));
	const union MHD_ConnectionInfo *info;

	if (!request)
		return NULL;
	request->service = service;
	request->connection = connection;
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	address_of_peer(request->peer, info ? info->client_addr : NULL);
	take_token(request);
	return request;
}

static void body_free(struct request *request)
{
	if (request->body_room && !BODY_IS_SMALL(request->route))
		atomic_fetch_sub(&request->service->body_bytes, request->body_room);
	if (request->taken)
		budget_give_back(request->service->budgets, request->vm.id, request->taken);
	request->taken = 0;
	free(request->body);
	request->body = NULL;
	request->body_size = request->body_room = 0;
}

void handler_completed(void *cls, struct MHD_Connection *connection, void **state,
		       enum MHD_RequestTerminationCode why)
{
	struct request *request = *state;

	(void)cls, (void)why;
	if (!request)
		return;
	connections_await_next(request->service->connections, connection);
	if (request->release)
		request->release(request->pending);
	body_free(request);
	free(request);
	*state = NULL;
}

/* Whether the announced body fits; one of unknown length is counted as it comes. */
static bool body_fits(const struct request *request)
{
	const char *header = request_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return !header || strtoull(header, NULL, 10) <= request->route->body_max;
}

/* False when nothing is called so: a name can't be as long. */
static bool take_match(struct request *request, const char *url, const struct pattern_match *match)
{
	if (match->name_size >= sizeof(request->name))
		return false;
	if (match->name)
		memcpy(request->name, match->name, match->name_size);
	request->rest = match->rest;
	request->rest_at = *match->rest ? (size_t)(match->rest - url) : strlen(url);
	return true;
}

static enum MHD_Result refuse_for_now(struct request *request)
{
	if (request->retry_after_s)
		return reply_refuse(request, REFUSE_LIMIT,
				    "%s has sent more than its share; try again in %u s",
				    request->vm.name, request->retry_after_s);
	return reply_refuse(request, REFUSE_LIMIT,
			    "the service is receiving as much as it can; try again");
}

/* Of what the VM may send, as much as it announces; what comes unannounced is taken as it comes. */
static bool take_share(struct request *request, size_t size)
{
	if (BODY_IS_SMALL(request->route) || !size)
		return true;
	request->retry_after_s = budget_take(request->service->budgets, request->vm.id, size);
	if (request->retry_after_s)
		return false;
	request->taken += size;
	return true;
}

static size_t announced(const struct request *request)
{
	const char *header = request_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return header ? strtoull(header, NULL, 10) : 0;
}

/* What the route says of the request: false, with the answer given. */
static bool judge(struct request *request, enum MHD_Result *ret)
{
	const struct route *route = request->route;

	if (route->admit && route->admit(request, ret) < 0)
		return false;
	if (!body_fits(request))
		*ret = reply_refuse(request, REFUSE_BODY_SIZE, "at most %zu bytes are accepted",
				    route->body_max);
	else
		return true;
	return false;
}

/* All that can be refused before a body is read: false, with the answer given. */
static bool let_in(struct request *request, const char *url, const char *method,
		   enum MHD_Result *ret)
{
	struct pattern_match match;

	request->route = route_find(method_bit(method), url, &match, &request->methods);
	if (!request->methods || (request->route && !take_match(request, url, &match)))
		*ret = reply_refuse(request, REFUSE_ROUTE, "there is no %s", url);
	else if (!request->route)
		*ret = reply_refuse(request, REFUSE_METHOD, "%s takes no %s", url, method);
	else
		request->let_in = judge(request, ret);
	/* Read to its end all the same: whoever is still sending would take an early answer for a cut connection. */
	if (request->let_in)
		request->overflows = !take_share(request, announced(request));
	return request->let_in;
}

/*
 * A request with a body is judged before that is read, and MHD closes its connection when it is refused; the connection of one
 * without is spared that.
 */
static enum MHD_Result begin(struct request *request, const char *url, const char *method)
{
	const char *length = request_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);
	enum MHD_Result ret = MHD_YES;

	if ((length && strcmp(length, "0") != 0) ||
	    request_header(request, MHD_HTTP_HEADER_TRANSFER_ENCODING))
		let_in(request, url, method, &ret);
	return ret;
}

/* Of what all agents' bodies may take together. */
static bool take_memory(struct request *request, size_t size)
{
	atomic_size_t *all = &request->service->body_bytes;

	if (BODY_IS_SMALL(request->route) || atomic_fetch_add(all, size) + size <= HTTP_BODIES_MAX)
		return true;
	atomic_fetch_sub(all, size);
	return false;
}

static void leave_memory(struct request *request, size_t size)
{
	if (!BODY_IS_SMALL(request->route))
		atomic_fetch_sub(&request->service->body_bytes, size);
}

/* Make room for `size` more bytes, within the route's cap. */
static bool body_grow(struct request *request, size_t size)
{
	size_t need = request->body_size + size,
	       room = request->body_room ? request->body_room : 4096;
	char *grown;

	while (room < need)
		room *= 2;
	if (room > request->route->body_max)
		room = request->route->body_max;
	if (room == request->body_room)
		return true;
	if (!take_memory(request, room - request->body_room))
		return false;
	grown = realloc(request->body, room);
	if (!grown) {
		leave_memory(request, room - request->body_room);
		return false;
	}
	request->body = grown;
	request->body_room = room;
	return true;
}

/* Room for what has come, and a share of the VM's for what was not announced. */
static bool has_room(struct request *request, size_t size)
{
	const size_t all = request->body_size + size;

	if (request->overflows)
		return false;
	if (all > request->taken && !take_share(request, all - request->taken))
		return false;
	return body_grow(request, size);
}

/*
 * Beyond its cap a body of unannounced length has no end in sight: the connection is closed. MHD takes an answer only when a
 * body has ended: one for which there is no room is read to its end, and forgotten.
 */
static enum MHD_Result take_body(struct request *request, const char *upload, size_t *upload_size)
{
	if (!request->let_in)
		return MHD_NO;
	if (request->body_size + *upload_size > request->route->body_max) {
		reply_note(request, REFUSE_BODY_SIZE,
			   "the body has no end; the connection is closed");
		return MHD_NO;
	}
	request->overflows = !has_room(request, *upload_size);
	if (!request->overflows)
		memcpy(request->body + request->body_size, upload, *upload_size);
	request->body_size += *upload_size;
	*upload_size = 0;
	return MHD_YES;
}

enum MHD_Result handler_request(void *cls, struct MHD_Connection *connection, const char *url,
				const char *method, const char *version, const char *upload,
				size_t *upload_size, void **state)
{
	struct request *request = *state;
	enum MHD_Result ret;

	(void)version;
	if (!request) {
		*state = request = request_new(cls, connection);
		if (!request)
			return MHD_NO;
		connections_await_body(request->service->connections, connection);
		request->head = !strcmp(method, MHD_HTTP_METHOD_HEAD);
		return begin(request, url, method);
	}
	if (*upload_size)
		return take_body(request, upload, upload_size);
	connections_await_answer(request->service->connections, connection);
	if (!request->let_in && !let_in(request, url, method, &ret))
		return ret;
	if (request->overflows)
		return refuse_for_now(request);
	request->rest = url + request->rest_at;
	return request->route->serve(request);
}

size_t handler_unescape(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls, (void)connection;
	return unescape(text);
}
