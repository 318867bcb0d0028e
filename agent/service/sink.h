/* Where a stream goes, whatever it comes from: hashed, counted, written to a descriptor. */
#ifndef NEWROOT_SERVICE_SINK_H
#define NEWROOT_SERVICE_SINK_H

#include <nettle/sha2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct sink {
	const char *url; /* where it comes from, for errors */
	int out_fd;
	void (*progress)(uint64_t done, uint64_t total); /* NULL: nobody listens */
	const uint8_t *sha256;                           /* wanted; NULL: unknown */
	uint64_t done;                                   /* bytes written */
	uint64_t total;                                  /* 0: unknown */
	struct sha256_ctx sha; /* of what was written; sink_init() begins it */
};

void sink_init(struct sink *sink);

/*
 * A piece goes to the hash and the reader together, so a cut between pieces loses nothing. ERR_IO: the reader went
 * away; SIGPIPE is the caller's to ignore.
 */
int sink_write(struct sink *sink, const void *piece, size_t size, struct err *err);

/* At the end: ERR_ARCHIVE_HASH when a hash is wanted and it is another. */
int sink_check(const struct sink *sink, struct err *err);

#endif
