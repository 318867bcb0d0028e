#include <stdlib.h>
#include <string.h>

#include "http/metrics.h"
#include "http/reply.h"
#include "http/route.h"
#include "util/log.h"

enum MHD_Result route_health(struct request *request)
{
	struct err err = ERR_INIT;
	int64_t count, version;

	if (store_vm_count(request->service->store, &count, &version, &err) == 0)
		return reply_json(request, json_pack("{s:s}", "status", "ok"));
	log_warning("%s: %s", err.where, err.msg);
	return reply_status(request, MHD_HTTP_SERVICE_UNAVAILABLE,
			    json_pack("{s:s}", "status", "store"));
}

enum MHD_Result route_metrics(struct request *request)
{
	struct MHD_Response *response;
	struct err err = ERR_INIT;
	char *text;

	if (metrics_print(request->service, &text, &err) < 0)
		return reply_error(request, &err);
	response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(text);
		return MHD_NO;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				"text/plain; version=0.0.4; charset=utf-8");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	return reply_queue(request, MHD_HTTP_OK, response);
}
