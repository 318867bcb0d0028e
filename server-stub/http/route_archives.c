#include <unistd.h>

#include "archives/archive.h"
#include "http/reply.h"
#include "http/reply_file.h"
#include "http/route.h"

enum MHD_Result route_archives(struct request *request)
{
	struct err err = ERR_INIT;
	char sha256[65];
	struct stat st;
	int fd = archive_open(request->service->data->archives, request->rest, &st, &err);

	if (fd < 0)
		return reply_error(request, &err);
	if (archive_known_hash(request->service->store, request->rest, &st, sha256, &err) < 0) {
		close(fd);
		return reply_error(request, &err);
	}
	return reply_file(request, fd, &st, sha256, &request->service->metrics.archive_bytes);
}
