#include "http/reply.h"
#include "http/route.h"
#include "util/log.h"

enum MHD_Result route_job(struct request *request)
{
	struct err err = ERR_INIT;
	char *job;

	if (store_vm_job(request->service->store, request->vm.id, &job, &err) < 0)
		return reply_error(request, &err);
	log_info("%s: job handed out to %s", request->vm.name, request->peer);
	return reply_text(request, job);
}
