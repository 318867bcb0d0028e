#include <time.h>

#include "http/reply.h"
#include "http/route.h"
#include "site/certificates.h"

/* How long the service can be reached as it is, and what somebody has to do about that. */
enum MHD_Result route_certificates(struct request *request)
{
	struct certificates certificates;
	char text[CERTIFICATES_TEXT];
	struct err err = ERR_INIT;

	if (certificates_read(request->service->data, &certificates, &err) < 0)
		return reply_error(request, &err);
	return reply_json(
		request,
		json_pack("{s:I, s:I, s:I, s:b, s:s?}", "until", (json_int_t)certificates.until,
			  "renewal", (json_int_t)certificates_renewal(&certificates), "ca_until",
			  (json_int_t)certificates.ca_until, "changing", certificates.changing,
			  "warning", certificates_warning(&certificates, time(NULL), text)));
}
