/*
 * An archive from its URL into the new system, as three children joined by pipes: fetch (TLS or NFS, hash, resume),
 * decompress, and extract in the destination as its root directory.
 */
#ifndef NEWROOT_STEPS_PIPELINE_H
#define NEWROOT_STEPS_PIPELINE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "facts/facts.h"
#include "job/job.h"
#include "steps/step.h"

struct pipeline {
	const char *item; /* in progress and messages: "/data", "kernel" */
	const char *to;   /* directory of the new system: "/", "/data"; made when it is missing */
	const struct job_source *source;
	/* Called in the child with each path that was unpacked: what it prints goes to `out`; NULL: none. */
	void (*seen)(void *ctx, const char *path, mode_t mode);
	/* The same, for a file that says that all of it is of no use; NULL: none. */
	int (*check)(void *ctx, int root_fd, const char *path, mode_t mode, struct err *err);
	void *ctx; /* of both */
	char *out; /* NULL, or `out_size` bytes for what `seen` printed, NUL-terminated */
	size_t out_size;
};

/*
 * Copy a file as it is to the path `to` of the new system, readable by root only: two children, fetch and
 * save. Missing folders are made. Errors: those of source_stream, ERR_ARCHIVE_SPACE, ERR_IO.
 */
int pipeline_save(struct context *ctx, const struct pipeline *pipeline, struct err *err);

/*
 * Read an archive to its end, hashed and decompressed, and unpack nothing of it: its facts. Errors: those of source_stream,
 * decompress_stream and facts_read.
 */
int pipeline_look(struct context *ctx, const struct pipeline *pipeline, struct facts *facts,
		  struct err *err);

/* Adds the bytes unpacked to ctx->bytes. Errors: those of source_stream, decompress_stream and extract_stream. */
int pipeline_run(struct context *ctx, const struct pipeline *pipeline, struct err *err);

#endif
