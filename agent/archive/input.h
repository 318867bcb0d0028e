/*
 * The archive as libarchive reads it from a pipe, and what its failures mean. Private to extract.c.
 */
#ifndef NEWROOT_ARCHIVE_INPUT_H
#define NEWROOT_ARCHIVE_INPUT_H

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct input {
	struct archive *reader;
	int fd;
	char *buffer;
	bool ended; /* the pipe has no more */
	bool begun; /* an entry was read */
	uint64_t bytes;
	uint64_t zeros; /* how many NUL bytes the stream ends with so far */
};

int input_open(struct input *input, int fd, struct err *err);
void input_close(struct input *input);

/* 1 and the next entry (the reader's), 0 at the archive's end, -1. */
int input_next(struct input *input, struct archive_entry **entry, struct err *err);

/* 1 and a piece of the entry's contents, 0 at their end, -1. */
int input_data(struct input *input, const void **data, size_t *size, int64_t *offset,
	       struct err *err);

/*
 * After the last entry: read on to the end of the pipe, so that the stages before see that all was taken, and
 * refuse an archive that stops before its end or goes on behind it. 0, -1.
 */
int input_end(struct input *input, struct err *err);

#endif
