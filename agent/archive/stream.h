/*
 * The two ends of a decompressor: bytes in from one file descriptor, bytes out to another, through
 * one buffer each of STREAM_BUFFER bytes.
 */
#ifndef NEWROOT_ARCHIVE_STREAM_H
#define NEWROOT_ARCHIVE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct stream {
	int in_fd, out_fd;
	const uint8_t *next; /* input not yet taken: `left` bytes */
	size_t left;
	bool ended;          /* no input beyond `left` */
	uint64_t room;       /* bytes that may still be written */
	void (*moved)(void); /* called after each write; NULL: nobody listens */
	uint8_t *in, *out;   /* the buffers */
};

/* The descriptors stay the caller's. Errors: ERR_MEMORY. */
int stream_init(struct stream *stream, int in_fd, int out_fd, struct err *err);
void stream_free(struct stream *stream);

/* Read until `left` is at least `wanted` (at most STREAM_BUFFER) or the input ended. */
int stream_fill(struct stream *stream, size_t wanted, struct err *err);

/* Take `count` bytes away unread, reading on as needed; an input that ends before is ERR_ARCHIVE_TRUNCATED. */
int stream_skip(struct stream *stream, uint64_t count, struct err *err);

/* Write, as far as there is room: else ERR_ARCHIVE_SPACE. */
int stream_put(struct stream *stream, const void *data, size_t size, struct err *err);

/* The same with the first `size` bytes of `out`. */
int stream_flush(struct stream *stream, size_t size, struct err *err);

#endif
