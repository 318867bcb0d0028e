#include "http/reply_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archives/archive.h"
#include "http/range.h"
#include "http/reply.h"
#include "util/limits.h"

/* What is left to read while the response lasts. */
struct stream {
	int fd;
	uint64_t first;
	atomic_ullong *counter; /* NULL: nobody counts */
};

static ssize_t stream_read(void *cls, uint64_t pos, char *buf, size_t max)
{
	const struct stream *stream = cls;
	ssize_t n;

	do
		n = pread(stream->fd, buf, max, (off_t)(stream->first + pos));
	while (n < 0 && errno == EINTR);
	if (n > 0 && stream->counter)
		atomic_fetch_add(stream->counter, (unsigned long long)n);
	/* A file that shrank is cut off, so that the peer sees it is incomplete. */
	return n > 0 ? n : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void stream_free(void *cls)
{
	struct stream *stream = cls;

	close(stream->fd);
	free(stream);
}

/*
 * MHD's own response from a descriptor reads 4 KiB at a time when TLS is on; whole TLS records
 * halve the work.
 */
static struct MHD_Response *file_response(int fd, const struct range *range, atomic_ullong *counter)
{
	struct stream *stream = malloc(sizeof(*stream));
	struct MHD_Response *response = NULL;

	if (stream) {
		*stream = (struct stream){fd, range->first, counter};
		response = MHD_create_response_from_callback(range->length, SEND_BLOCK, stream_read,
							     stream, stream_free);
	}
	if (!response) {
		free(stream);
		close(fd);
	}
	return response;
}

/* If-Range with another ETag, or with a date, means: all of it (RFC 9110, section 13.1.5). */
static enum range_kind wanted_range(const struct request *request, const char *etag, uint64_t size,
				    struct range *range)
{
	const char *if_range = request_header(request, MHD_HTTP_HEADER_IF_RANGE);

	*range = (struct range){0, size};
	if (if_range && strcmp(if_range, etag))
		return RANGE_WHOLE;
	return range_parse(request_header(request, MHD_HTTP_HEADER_RANGE), size, range);
}

static void add_headers(struct MHD_Response *response, enum range_kind kind,
			const struct range *range, uint64_t size, const char *etag,
			const char *sha256)
{
	char text[96];

	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/octet-stream");
	MHD_add_response_header(response, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
	MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, etag);
	if (sha256[0])
		MHD_add_response_header(response, "Newroot-SHA256", sha256);
	if (kind != RANGE_PART)
		return;
	snprintf(text, sizeof(text), "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, range->first,
		 range->first + range->length - 1, size);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_RANGE, text);
}

enum MHD_Result reply_file(struct request *request, int fd, const struct stat *st,
			   const char *sha256, atomic_ullong *counter)
{
	const uint64_t size = (uint64_t)st->st_size;
	char etag[ARCHIVE_ETAG_TEXT];
	struct MHD_Response *response;
	enum range_kind kind;
	struct range range;

	archive_etag(etag, st);
	kind = wanted_range(request, etag, size, &range);
	if (kind == RANGE_UNSATISFIABLE) {
		close(fd);
		return reply_refuse_range(request, size);
	}
	posix_fadvise(fd, (off_t)range.first, (off_t)range.length, POSIX_FADV_SEQUENTIAL);
	response = file_response(fd, &range, counter);
	if (response)
		add_headers(response, kind, &range, size, etag, sha256);
	return reply_queue(request, kind == RANGE_PART ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK,
			   response);
}
