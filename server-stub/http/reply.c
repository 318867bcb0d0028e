#include "http/reply.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/route.h"
#include "util/log.h"

static const struct {
	unsigned status;
	const char *code;
} refusals[REFUSALS] = {
	[REFUSE_ROUTE] = {MHD_HTTP_NOT_FOUND, "request.route"},
	[REFUSE_METHOD] = {MHD_HTTP_METHOD_NOT_ALLOWED, "request.method"},
	[REFUSE_MAC] = {MHD_HTTP_BAD_REQUEST, "request.mac"},
	[REFUSE_BOOT] = {MHD_HTTP_BAD_REQUEST, "request.boot"},
	[REFUSE_QUERY] = {MHD_HTTP_BAD_REQUEST, "request.query"},
	[REFUSE_TYPE] = {MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "request.type"},
	[REFUSE_OPERATOR] = {MHD_HTTP_UNAUTHORIZED, "operator.login"},
	[REFUSE_CREATOR] = {MHD_HTTP_UNAUTHORIZED, "creator.login"},
	[REFUSE_ROLE] = {MHD_HTTP_FORBIDDEN, "principal.role"},
	[REFUSE_VM] = {MHD_HTTP_NOT_FOUND, "vm.unknown"},
	[REFUSE_SESSION] = {MHD_HTTP_NOT_FOUND, "session.unknown"},
	[REFUSE_ADDRESS] = {MHD_HTTP_FORBIDDEN, "vm.address"},
	[REFUSE_NO_TOKEN] = {MHD_HTTP_FORBIDDEN, "vm.no-token"},
	[REFUSE_TOKEN] = {MHD_HTTP_FORBIDDEN, "vm.token"},
	[REFUSE_READER] = {MHD_HTTP_FORBIDDEN, "archive.reader"},
	[REFUSE_REACH] = {MHD_HTTP_FORBIDDEN, "vm.reach"},
	[REFUSE_NOT_NAMED] = {MHD_HTTP_FORBIDDEN, "archive.not-named"},
	[REFUSE_BODY_SIZE] = {MHD_HTTP_CONTENT_TOO_LARGE, "body.size"},
	[REFUSE_BODY] = {MHD_HTTP_BAD_REQUEST, "body"},
	[REFUSE_RANGE] = {MHD_HTTP_RANGE_NOT_SATISFIABLE, "request.range"},
	[REFUSE_FILE] = {MHD_HTTP_NOT_FOUND, "file.missing"},
	[REFUSE_LIMIT] = {MHD_HTTP_TOO_MANY_REQUESTS, "limit"},
	[REFUSE_STATE] = {MHD_HTTP_CONFLICT, "vm.state"},
	[REFUSE_STORE] = {MHD_HTTP_SERVICE_UNAVAILABLE, "store"},
	[REFUSE_DISK] = {MHD_HTTP_SERVICE_UNAVAILABLE, "store.reserve"},
};

const char *refusal_code(enum refusal refusal)
{
	return refusals[refusal].code;
}

/* All that is refused for now says when to come again, whoever refuses it. */
static void add_retry_after(struct MHD_Response *response, const struct request *request,
			    unsigned status)
{
	char seconds[16];

	if (status != MHD_HTTP_TOO_MANY_REQUESTS && status != MHD_HTTP_SERVICE_UNAVAILABLE)
		return;
	snprintf(seconds, sizeof(seconds), "%u",
		 request->retry_after_s ? request->retry_after_s : RETRY_SECONDS);
	MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
}

enum MHD_Result reply_queue(struct request *request, unsigned status, struct MHD_Response *response)
{
	enum MHD_Result ret;

	if (!response)
		return MHD_NO;
	metrics_count(request, status);
	/* There is no port without TLS; a browser is not to try one. */
	MHD_add_response_header(response, "Strict-Transport-Security", "max-age=31536000");
	add_retry_after(response, request, status);
	ret = MHD_queue_response(request->connection, status, response);
	MHD_destroy_response(response);
	return ret;
}

static struct MHD_Response *json_response(char *text)
{
	struct MHD_Response *response;

	if (!text)
		return NULL;
	response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(text);
		return NULL;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	return response;
}

enum MHD_Result reply_text(struct request *request, char *text)
{
	return reply_queue(request, MHD_HTTP_OK, json_response(text));
}

static struct MHD_Response *object_response(json_t *object)
{
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;

	json_decref(object);
	return json_response(text);
}

enum MHD_Result reply_json(struct request *request, json_t *object)
{
	return reply_queue(request, MHD_HTTP_OK, object_response(object));
}

enum MHD_Result reply_json_with(struct request *request, json_t *object, const char *header,
				const char *value)
{
	struct MHD_Response *response = object_response(object);

	if (response)
		MHD_add_response_header(response, header, value);
	return reply_queue(request, MHD_HTTP_OK, response);
}

enum MHD_Result reply_status(struct request *request, unsigned status, json_t *object)
{
	return reply_queue(request, status, object_response(object));
}

static struct MHD_Response *refusal_response(enum refusal refusal, const char *message)
{
	json_t *object =
		json_pack("{s:s, s:s}", "error", refusals[refusal].code, "message", message);
	struct MHD_Response *response;

	/* What a request said may be no UTF-8; then the code has to do. */
	if (!object)
		object = json_pack("{s:s, s:s}", "error", refusals[refusal].code, "message",
				   "refused");
	response = object ? json_response(json_dumps(object, JSON_COMPACT)) : NULL;
	json_decref(object);
	return response;
}

static void add_refusal_headers(struct MHD_Response *response, const struct request *request,
				enum refusal refusal)
{
	static const char *const allow[] = {
		[ROUTE_GET] = "GET, HEAD",
		[ROUTE_POST] = "POST",
		[ROUTE_GET | ROUTE_POST] = "GET, HEAD, POST",
	};

	if (refusal == REFUSE_METHOD)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, allow[request->methods]);
	if (refusals[refusal].status == MHD_HTTP_UNAUTHORIZED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
					"Bearer realm=\"newroot\"");
}

static enum MHD_Result refuse(struct request *request, enum refusal refusal, const char *header,
			      const char *value, const char *message)
{
	struct MHD_Response *response;

	reply_note(request, refusal, message);
	response = refusal_response(refusal, message);
	if (response)
		add_refusal_headers(response, request, refusal);
	if (response && header)
		MHD_add_response_header(response, header, value);
	return reply_queue(request, refusals[refusal].status, response);
}

void reply_note(const struct request *request, enum refusal refusal, const char *message)
{
	atomic_fetch_add(&request->service->metrics.refusals[refusal], 1);
	log_refused(refusals[refusal].code, request->peer, "%s %s: %s", request->peer,
		    refusals[refusal].code, message);
}

enum MHD_Result reply_refuse(struct request *request, enum refusal refusal, const char *fmt, ...)
{
	char message[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	return refuse(request, refusal, NULL, NULL, message);
}

enum MHD_Result reply_refuse_range(struct request *request, uint64_t size)
{
	char header[48], message[96];

	snprintf(header, sizeof(header), "bytes */%" PRIu64, size);
	snprintf(message, sizeof(message), "the range begins beyond the end: %" PRIu64 " bytes",
		 size);
	return refuse(request, REFUSE_RANGE, MHD_HTTP_HEADER_CONTENT_RANGE, header, message);
}

enum MHD_Result reply_error(struct request *request, const struct err *err)
{
	switch (err->code) {
	case ERR_SERVICE_BODY:
		return reply_refuse(request, REFUSE_BODY, "%s: %s", err->where, err->msg);
	case ERR_SERVICE_ARCHIVE:
		return reply_refuse(request, REFUSE_FILE, "%s: %s", err->where, err->msg);
	case ERR_SERVICE_LIMIT:
		return reply_refuse(request, REFUSE_LIMIT, "%s: %s", err->where, err->msg);
	case ERR_SERVICE_STATE:
		return reply_refuse(request, REFUSE_STATE, "%s: %s", err->where, err->msg);
	case ERR_SERVICE_VM:
		return reply_refuse(request, REFUSE_VM, "%s: %s", err->where, err->msg);
	default:
		log_warning("%s: %s", err->where, err->msg);
		return reply_refuse(request, REFUSE_STORE,
				    "the service can't do this now; its log says why");
	}
}
