#include <stdlib.h>

#include "http/reply.h"
#include "http/route.h"

/* With its job an agent asks for the disks that a plan has shown: it erases no others. */
enum MHD_Result route_plan(struct request *request)
{
	struct err err = ERR_INIT;
	json_t *disks;
	char *text;

	if (store_plan_find(request->service->store, request->vm.id, &text, &err) < 0)
		return reply_error(request, &err);
	disks = text ? json_loads(text, 0, NULL) : NULL;
	free(text);
	return reply_json(request, json_pack("{s:o}", "disks", disks ? disks : json_null()));
}
