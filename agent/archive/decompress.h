/*
 * Decompress a stream, told by its first bytes: gzip, xz, bzip2, zstd; anything else passes as it is.
 * An RPM's headers are skipped first, so that its payload comes out as plain cpio.
 * Formats: RFC 1952, xz's file-format.txt, RFC 8878, rpm's docs/manual/format.md.
 */
#ifndef NEWROOT_ARCHIVE_DECOMPRESS_H
#define NEWROOT_ARCHIVE_DECOMPRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct decompress_limits {
	uint64_t
		memory; /* bytes that a decoder may take: xz and zstd streams say how much they need */
	unsigned threads; /* of xz's decoder, which runs as many as memory allows */
	uint64_t output;  /* bytes that may come out, for what ends up in memory; 0: any number */
	void (*moved)(void); /* called as they do; NULL: nobody listens */
};

/*
 * All of `in_fd` to `out_fd`; several members in a row are one stream. Errors:
 * ERR_ARCHIVE_TRUNCATED, ERR_ARCHIVE_FORMAT (damage, junk after the end), ERR_ARCHIVE_SPACE (beyond
 * limits->output), ERR_MEMORY, ERR_IO.
 */
int decompress_stream(int in_fd, int out_fd, const struct decompress_limits *limits,
		      struct err *err);

/* What the first bytes of a stream tell of it. */
struct decompress_head {
	const char *name; /* "gzip"; "none": it is not compressed */
	bool readable;
	uint64_t
		memory; /* bytes that decompress_stream() takes for it; 0: so few that they don't count */
};

/* Reads some of `in_fd`. Errors: ERR_ARCHIVE_TRUNCATED, ERR_ARCHIVE_FORMAT, ERR_MEMORY, ERR_IO. */
int decompress_look(int in_fd, struct decompress_head *head, struct err *err);

/* What this machine allows: half its memory, every CPU. */
struct decompress_limits decompress_limits_of(uint64_t machine_memory);

#endif
