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
