#include <unistd.h>

#include "archives/archive_list.h"
#include "http/reply.h"
#include "http/route.h"
#include "http/views.h"

/* What isn't known is answered as what isn't there: a request waits for no reading. */
enum MHD_Result route_facts(struct request *request)
{
	struct err err = ERR_INIT;
	char *facts = NULL;
	struct stat st;
	int fd = archive_open(request->service->data->archives, request->rest, &st, &err);

	if (fd < 0)
		return reply_error(request, &err);
	close(fd);
	if (archive_known_facts(request->service->store, request->rest, &st, &facts, &err) < 0)
		return reply_error(request, &err);
	if (facts)
		return reply_text(request, facts);
	err_set(&err, ERR_SERVICE_ARCHIVE, request->rest, "it was not looked into yet");
	return reply_error(request, &err);
}

enum MHD_Result route_archive_list(struct request *request)
{
	struct err err = ERR_INIT;
	json_t *list = json_array();

	if (archive_list(request->service->data->archives, views_get(request->service->views),
			 false, list, &err) == 0)
		return reply_json(request, json_pack("{s:o}", "archives", list));
	json_decref(list);
	return reply_error(request, &err);
}
