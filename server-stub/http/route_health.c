#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http/budget.h"
#include "http/metrics.h"
#include "http/reply.h"
#include "http/route.h"
#include "http/tls.h"
#include "util/log.h"

static int touch(struct write *write, struct store *store, struct err *err)
{
	(void)write;
	return store_touch(store, err);
}

static void free_write(struct write *write)
{
	free(write);
}

/* Once something could not be stored, whoever asks lets it be tried anew: on a quiet site nobody else would. */
static void try_to_write(struct service *service)
{
	struct write *write = calloc(1, sizeof(*write));

	if (!write)
		return;
	write->apply = touch;
	write->done = free_write;
	writer_submit(service->writer, write);
}

/* "ok", or what is wrong. */
static const char *status_of(struct service *service)
{
	struct err err = ERR_INIT;
	int64_t count, version;

	if (store_vm_count(service->store, &count, &version, &err) < 0) {
		log_warning("%s: %s", err.where, err.msg);
		return "store";
	}
	if (writer_failing(service->writer)) {
		try_to_write(service);
		return "store";
	}
	if (!tls_valid(time(NULL)))
		return "certificate";
	return budget_disk_low(service->budgets, service->data->root, service->reserve) ? "disk"
											: "ok";
}

enum MHD_Result route_health(struct request *request)
{
	const char *status = status_of(request->service);

	if (!strcmp(status, "ok"))
		return reply_json(request, json_pack("{s:s}", "status", status));
	return reply_status(request, MHD_HTTP_SERVICE_UNAVAILABLE,
			    json_pack("{s:s}", "status", status));
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
