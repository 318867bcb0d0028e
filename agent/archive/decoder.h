/* One row for each compression: its first bytes and its decoder. Private to decompress.c. */
#ifndef NEWROOT_ARCHIVE_DECODER_H
#define NEWROOT_ARCHIVE_DECODER_H

#include "archive/decompress.h"
#include "archive/stream.h"

struct decoder {
	const char *name;
	uint8_t magic[6];
	size_t magic_size;
	/* Decode every member up to the stream's end. */
	int (*run)(struct stream *stream, const struct decompress_limits *limits, struct err *err);
	/* Bytes that a stream takes which begins so; NULL: so few that they don't count. */
	uint64_t (*memory)(const uint8_t *head, size_t size);
};

extern const struct decoder decoder_gzip, decoder_xz, decoder_bzip2, decoder_zstd;

int decoder_truncated(const char *name, struct err *err);
int decoder_damaged(const char *name, const char *why, struct err *err);
/* The stream needs more than the limit (`wanted` bytes; 0: unknown): names the remedy. */
int decoder_memory(const char *name, uint64_t wanted, uint64_t limit, struct err *err);

/*
 * After a member: true when nothing follows but zeros (padding of tapes and blocks), false at
 * another member of this decoder; junk is an error through `*ret`.
 */
bool decoder_at_end(const struct decoder *decoder, struct stream *stream, int *ret,
		    struct err *err);

#endif
