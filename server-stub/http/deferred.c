#include "http/deferred.h"

#include <stdlib.h>

#include "course/course.h"

static struct deferred *of_write(struct write *write)
{
	return (struct deferred *)(void *)write;
}

static int apply_write(struct write *write, struct store *store, struct err *err)
{
	struct deferred *deferred = of_write(write);
	int ret = deferred->apply(deferred, store, err);

	deferred->refused = ret == COURSE_REFUSED;
	return ret < 0 ? -1 : 0;
}

static void resume(struct write *write)
{
	MHD_resume_connection(of_write(write)->connection);
}

void *deferred_new(struct request *request, size_t size, void (*release)(void *pending),
		   int (*apply)(struct deferred *deferred, struct store *store, struct err *err))
{
	struct deferred *deferred = calloc(1, size);

	if (!deferred)
		return NULL;
	deferred->write.apply = apply_write;
	deferred->write.done = resume;
	deferred->connection = request->connection;
	deferred->apply = apply;
	request->pending = deferred;
	request->release = release;
	return deferred;
}

enum MHD_Result deferred_submit(struct request *request)
{
	struct deferred *deferred = request->pending;

	/* Suspended first: the writer may be done before writer_submit returns. */
	MHD_suspend_connection(request->connection);
	writer_submit(request->service->writer, &deferred->write);
	return MHD_YES;
}

const struct err *deferred_error(const struct deferred *deferred)
{
	return deferred->write.ret < 0 || deferred->refused ? &deferred->write.err : NULL;
}
