#include "archive/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"

#define TAR_BLOCK 512

static void count_zeros(struct input *input, const char *data, size_t size)
{
	size_t at_end = 0;

	while (at_end < size && data[size - 1 - at_end] == 0)
		at_end++;
	input->zeros = at_end < size ? at_end : input->zeros + size;
}

static la_ssize_t read_more(struct archive *reader, void *ctx, const void **data)
{
	struct input *input = ctx;
	ssize_t got;

	do
		got = read(input->fd, input->buffer, EXTRACT_BUFFER);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		archive_set_error(reader, errno, "cannot read from the pipe");
		return -1;
	}
	*data = input->buffer;
	input->ended = got == 0;
	input->bytes += (uint64_t)got;
	if (got > 0)
		count_zeros(input, input->buffer, (size_t)got);
	return got;
}

static int failed(const struct input *input, struct err *err)
{
	const char *why = archive_error_string(input->reader);

	if (input->bytes == 0)
		return err_set(err, ERR_ARCHIVE_TRUNCATED, NULL, "the archive is empty");
	if (input->ended && archive_format(input->reader))
		return err_set(err, ERR_ARCHIVE_TRUNCATED, NULL,
			       "the archive ends before its end, after %llu bytes",
			       (unsigned long long)input->bytes);
	return err_set(err, ERR_ARCHIVE_FORMAT, NULL, "cannot read the archive: %s",
		       why ? why : "no reason given");
}

int input_open(struct input *input, int fd, struct err *err)
{
	*input = (struct input){.fd = fd, .reader = archive_read_new()};
	input->buffer = malloc(EXTRACT_BUFFER);
	if (!input->reader || !input->buffer) {
		input_close(input);
		return err_set(err, ERR_MEMORY, NULL, "no memory to read the archive");
	}
	if (archive_read_support_format_tar(input->reader) != ARCHIVE_OK ||
	    archive_read_support_format_cpio(input->reader) != ARCHIVE_OK ||
	    archive_read_open(input->reader, input, NULL, read_more, NULL) != ARCHIVE_OK) {
		failed(input, err);
		input_close(input);
		return -1;
	}
	return 0;
}

void input_close(struct input *input)
{
	archive_read_free(input->reader);
	free(input->buffer);
	*input = (struct input){.fd = -1};
}

int input_next(struct input *input, struct archive_entry **entry, struct err *err)
{
	switch (archive_read_next_header(input->reader, entry)) {
	case ARCHIVE_OK:
	case ARCHIVE_WARN: /* such as a name that is no UTF-8: it is there as bytes all the same */
		input->begun = true;
		return 1;
	case ARCHIVE_EOF:
		return 0;
	default:
		return failed(input, err);
	}
}

int input_data(struct input *input, const void **data, size_t *size, int64_t *offset,
	       struct err *err)
{
	switch (archive_read_data_block(input->reader, data, size, offset)) {
	case ARCHIVE_OK:
	case ARCHIVE_WARN:
		return 1;
	case ARCHIVE_EOF:
		return 0;
	default:
		return failed(input, err);
	}
}

static int drain(struct input *input, struct err *err)
{
	const void *data;
	la_ssize_t got;

	do
		got = read_more(input->reader, input, &data);
	while (got > 0);
	if (got < 0)
		return err_sys(err, ERR_IO, NULL, "cannot read the archive's end");
	return 0;
}

static bool is_tar(const struct input *input)
{
	return (archive_format(input->reader) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
}

/*
 * Where the entries are over: at a tar's first block of zeros, where libarchive looked for a header, or
 * behind a cpio's last header, "TRAILER!!!", which it has taken.
 */
static uint64_t end_of_entries(const struct input *input)
{
	return (uint64_t)(is_tar(input) ? archive_read_header_position(input->reader)
					: archive_filter_bytes(input->reader, 0));
}

/*
 * libarchive takes a tar for complete that merely stops between two entries, and stops at the first end,
 * whatever follows: another archive, or the rest of one with a hole of zeros in it.
 */
static int check_end(const struct input *input, struct err *err)
{
	uint64_t end = end_of_entries(input), rest = input->bytes - end;

	if (!input->begun)
		return err_set(err, ERR_ARCHIVE_TRUNCATED, NULL,
			       "the archive has no entry in its %llu bytes",
			       (unsigned long long)input->bytes);
	if (is_tar(input) && rest < TAR_BLOCK)
		return err_set(
			err, ERR_ARCHIVE_TRUNCATED, NULL,
			"the tar archive ends after %llu bytes without the block of zeros that ends a tar archive",
			(unsigned long long)input->bytes);
	if (input->zeros < rest)
		return err_set(
			err, ERR_ARCHIVE_FORMAT, NULL,
			"the archive has its end at byte %llu, and something else after it: give each archive by itself, or join them with tar --concatenate",
			(unsigned long long)end);
	return 0;
}

int input_end(struct input *input, struct err *err)
{
	return drain(input, err) || check_end(input, err) ? -1 : 0;
}
