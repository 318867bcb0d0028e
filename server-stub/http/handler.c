#include "http/handler.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

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
	atomic_fetch_sub(&request->service->body_bytes, request->body_room);
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

/* What the route says of the request: false, with the answer given. */
static bool judge(struct request *request, enum MHD_Result *ret)
{
	const struct route *route = request->route;

	if (route->admit && route->admit(request, ret) < 0)
		return false;
	if (body_fits(request))
		return true;
	*ret = reply_refuse(request, REFUSE_BODY_SIZE, "at most %zu bytes are accepted",
			    route->body_max);
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

/* Make room for `size` more bytes within the route's cap and that of all requests. */
static bool body_grow(struct request *request, size_t size)
{
	size_t need = request->body_size + size,
	       room = request->body_room ? request->body_room : 4096;
	char *grown;

	while (room < need)
		room *= 2;
	if (room > request->route->body_max)
		room = request->route->body_max;
	if (need > room)
		return false;
	if (room == request->body_room)
		return true;
	if (atomic_fetch_add(&request->service->body_bytes, room - request->body_room) + room >
	    HTTP_BODIES_MAX) {
		atomic_fetch_sub(&request->service->body_bytes, room - request->body_room);
		return false;
	}
	grown = realloc(request->body, room);
	if (!grown) {
		atomic_fetch_sub(&request->service->body_bytes, room - request->body_room);
		return false;
	}
	request->body = grown;
	request->body_room = room;
	return true;
}

/* Beyond its cap a body of unannounced length has no end in sight: the connection is closed. */
static enum MHD_Result take_body(struct request *request, const char *upload, size_t *upload_size)
{
	if (!request->let_in)
		return MHD_NO;
	if (!body_grow(request, *upload_size)) {
		reply_note(request, REFUSE_BODY_SIZE,
			   "the body has no end; the connection is closed");
		return MHD_NO;
	}
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
	request->rest = url + request->rest_at;
	return request->route->serve(request);
}

size_t handler_unescape(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls, (void)connection;
	return unescape(text);
}
