#include <string.h>

#include "http/reply.h"
#include "http/route.h"
#include "page/page_files.h"

/* Whether the browser has the file already. */
static bool is_known(const struct request *request, const struct page_file *file)
{
	const char *known = request_header(request, MHD_HTTP_HEADER_IF_NONE_MATCH);

	return known && strstr(known, file->etag);
}

enum MHD_Result route_page(struct request *request)
{
	struct MHD_Response *response;
	struct page_file file;
	bool known;

	if (!page_file_find(request->route->path, &file))
		return reply_refuse(request, REFUSE_FILE, "%s is not part of the page",
				    request->route->path);
	known = is_known(request, &file);
	response = MHD_create_response_from_buffer(known ? 0 : file.size, (void *)file.bytes,
						   MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, file.type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, file.etag);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
	MHD_add_response_header(response, "Content-Security-Policy", PAGE_POLICY);
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
	return reply_queue(request, known ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, response);
}
