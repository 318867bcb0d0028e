#include <string.h>

#include "archives/archive.h"
#include "http/reply.h"
#include "http/reply_file.h"
#include "http/route.h"

/* Plain files of boot/ only: the entries in its folders carry tokens. */
enum MHD_Result route_boot(struct request *request)
{
	struct err err = ERR_INIT;
	struct stat st;
	int fd;

	if (strchr(request->rest, '/'))
		return reply_refuse(request, REFUSE_FILE, "there is no such boot file");
	fd = archive_open(request->service->data->boot, request->rest, &st, &err);
	return fd < 0 ? reply_error(request, &err) : reply_file(request, fd, &st, "", NULL);
}
