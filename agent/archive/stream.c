#include "archive/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"

int stream_init(struct stream *stream, int in_fd, int out_fd, struct err *err)
{
	*stream = (struct stream){.in_fd = in_fd, .out_fd = out_fd};
	stream->in = malloc(STREAM_BUFFER);
	stream->out = malloc(STREAM_BUFFER);
	stream->next = stream->in;
	if (stream->in && stream->out)
		return 0;
	stream_free(stream);
	return err_set(err, ERR_MEMORY, NULL, "no memory for two buffers of %d bytes",
		       STREAM_BUFFER);
}

void stream_free(struct stream *stream)
{
	free(stream->in);
	free(stream->out);
	*stream = (struct stream){.in_fd = -1, .out_fd = -1};
}

int stream_fill(struct stream *stream, size_t wanted, struct err *err)
{
	if (stream->left >= wanted || stream->ended)
		return 0;
	memmove(stream->in, stream->next, stream->left);
	stream->next = stream->in;
	while (stream->left < wanted) {
		ssize_t got = read(stream->in_fd, stream->in + stream->left,
				   STREAM_BUFFER - stream->left);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(err, ERR_IO, NULL, "cannot read the archive");
		if (got == 0) {
			stream->ended = true;
			break;
		}
		stream->left += (size_t)got;
	}
	return 0;
}

int stream_skip(struct stream *stream, uint64_t count, struct err *err)
{
	while (count > 0) {
		size_t piece;

		if (stream_fill(stream, 1, err))
			return -1;
		if (stream->left == 0)
			return err_set(err, ERR_ARCHIVE_TRUNCATED, NULL,
				       "the archive ends inside its headers");
		piece = count < stream->left ? (size_t)count : stream->left;
		stream->next += piece;
		stream->left -= piece;
		count -= piece;
	}
	return 0;
}

int stream_put(struct stream *stream, const void *data, size_t size, struct err *err)
{
	if (size > stream->room)
		return err_set(err, ERR_ARCHIVE_SPACE, NULL,
			       "there is more in it than may be decompressed here");
	stream->room -= size;
	if (write_all(stream->out_fd, data, size))
		return err_sys(err, ERR_IO, NULL, "cannot write what was decompressed");
	if (stream->moved)
		stream->moved();
	return 0;
}

int stream_flush(struct stream *stream, size_t size, struct err *err)
{
	return stream_put(stream, stream->out, size, err);
}
