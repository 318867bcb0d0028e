/* Where the bytes of an archive, a kernel package or a dump come from: https or NFS. */
#ifndef NEWROOT_STEPS_SOURCE_H
#define NEWROOT_STEPS_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "job/job.h"
#include "steps/step.h"

/* An https source can be had only under the service's trust: ctx->service. */
bool source_needs_service(const struct job_source *source);

struct source_info {
	uint64_t length; /* bytes */
	bool has_length; /* the peer tells it */
};

/* Is it there, how long. Errors: those of fetch_head() and nfs_head(). */
int source_head(const struct context *ctx, const struct job_source *source,
		struct source_info *info, struct err *err);

/* The whole of it to `out_fd`, checked against its hash; for children. Errors: those of fetch_stream() and nfs_stream(). */
int source_stream(const struct context *ctx, const struct job_source *source, int out_fd,
		  struct err *err);

#endif
