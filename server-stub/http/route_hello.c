#include <time.h>

#include "http/reply.h"
#include "http/route.h"

enum MHD_Result route_hello(struct request *request)
{
	return reply_json(request,
			  json_pack("{s:s, s:I, s:b}", "service", "newroot-server " NEWROOT_VERSION,
				    "time", (json_int_t)time(NULL), "hold", vm_held(&request->vm)));
}
