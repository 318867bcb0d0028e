#include "service/fetch.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/exchange.h"
#include "service/retry.h"
#include "service/sink.h"

/* A response that is no success, remembered for retry_wait(). Returns -1. */
static int refused(struct service *service, const char *url, const struct http_response *response,
		   struct retry *retry, struct err *err)
{
	retry->after_s = response->retry_after_s;
	return exchange_refused(service, url, response, err);
}

static int missing(const char *url, const struct http_response *response, struct err *err)
{
	return err_set(err, ERR_ARCHIVE_MISSING, url, "there is no such file (%d)",
		       response->status);
}

static int head_once(struct service *service, const char *url, struct fetch_info *info,
		     struct retry *retry, struct err *err)
{
	const struct http_request request = {.method = "HEAD"};
	struct http_response response;

	if (exchange_begin(service, url, &request, &response, err))
		return -1;
	if (response.status == 404 || response.status == 410) {
		exchange_end(service);
		return missing(url, &response, err);
	}
	if (response.status != 200)
		return refused(service, url, &response, retry, err);
	exchange_end(service);
	*info = (struct fetch_info){
		.length = response.length,
		.has_length = response.has_length,
		.ranges = response.ranges,
	};
	memcpy(info->etag, response.etag, sizeof(info->etag));
	return 0;
}

int fetch_head(struct service *service, const char *url, struct fetch_info *info, struct err *err)
{
	struct retry retry = {.limits = &service->limits};
	struct err last = ERR_INIT;

	while (head_once(service, url, info, &retry, &last))
		if (retry_wait(&retry, &last))
			return err_keep(err, &last);
	return 0;
}

static int memory_once(struct service *service, const char *url, size_t cap, char **body,
		       size_t *size, int *status, struct retry *retry, struct err *err)
{
	const struct http_request request = {.method = "GET"};
	struct http_response response;

	*status = 0;
	if (exchange_begin(service, url, &request, &response, err))
		return -1;
	*status = response.status;
	if (response.status != 200)
		return refused(service, url, &response, retry, err);
	return exchange_body(service, url, cap, body, size, err);
}

int fetch_memory(struct service *service, const char *url, size_t cap, char **body, size_t *size,
		 int *status, struct err *err)
{
	struct retry retry = {.limits = &service->limits};
	struct err last = ERR_INIT;

	while (memory_once(service, url, cap, body, size, status, &retry, &last))
		if (retry_wait(&retry, &last))
			return err_keep(err, &last);
	return 0;
}

struct stream {
	struct service *service;
	struct sink sink;
	struct retry retry;
	bool complete;
	char etag[128];
	uint8_t piece[FETCH_PIECE];
};

static int changed(const struct stream *stream, const char *what, struct err *err)
{
	return err_set(err, ERR_ARCHIVE_CHANGED, stream->sink.url,
		       "another %s than at its start was met when resuming at byte %" PRIu64, what,
		       stream->sink.done);
}

static int first_answer(struct stream *stream, const struct http_response *response,
			struct err *err)
{
	if (response->status != 200)
		return err_set(err, ERR_HTTP_SYNTAX, stream->sink.url,
			       "the answer to a whole GET is %d; 200 is expected",
			       response->status);
	stream->sink.total = response->has_length ? response->length : 0;
	memcpy(stream->etag, response->etag, sizeof(stream->etag));
	return 0;
}

static int resumed_answer(struct stream *stream, const struct http_response *response,
			  struct err *err)
{
	bool other_etag = *stream->etag && *response->etag && strcmp(stream->etag, response->etag);

	if (other_etag)
		return changed(stream, "ETag", err);
	if (response->status == 416)
		return changed(stream, "length", err);
	if (response->status == 200) {
		stream->retry.pointless = true;
		return err_set(err, ERR_NET_CUT, stream->sink.url,
			       "cut after %" PRIu64 " bytes, and the peer can't resume there",
			       stream->sink.done);
	}
	if (!response->has_content_range || response->range_from != stream->sink.done)
		return err_set(err, ERR_HTTP_SYNTAX, stream->sink.url,
			       "asked for the bytes from %" PRIu64 " on, the peer sends others",
			       stream->sink.done);
	if (stream->sink.total && response->range_total != stream->sink.total)
		return changed(stream, "length", err);
	stream->sink.total = response->range_total;
	return 0;
}

/* Is this the answer to what was asked for? Returns 0 when its body is the next part of the stream. */
static int check_answer(struct stream *stream, const struct http_response *response,
			struct err *err)
{
	int ret;

	if (response->status == 404 || response->status == 410)
		ret = missing(stream->sink.url, response, err);
	else if (response->status != 200 && response->status != 206 && response->status != 416)
		return refused(stream->service, stream->sink.url, response, &stream->retry, err);
	else if (stream->sink.done)
		ret = resumed_answer(stream, response, err);
	else
		ret = first_answer(stream, response, err);
	if (ret)
		exchange_end(stream->service);
	return ret;
}

static int write_piece(struct stream *stream, size_t size, struct err *err)
{
	if (sink_write(&stream->sink, stream->piece, size, err))
		return -1;
	if (size)
		retry_progress(&stream->retry);
	return 0;
}

static int copy_body(struct stream *stream, struct err *err)
{
	size_t used = 0;
	ssize_t n;

	do {
		n = exchange_read(stream->service, stream->piece + used,
				  sizeof(stream->piece) - used, err);
		if (n > 0)
			used += (size_t)n;
		if (n <= 0 || used == sizeof(stream->piece)) {
			struct err failure = ERR_INIT;

			if (write_piece(stream, used, &failure)) {
				*err = failure;
				return -1;
			}
			used = 0;
		}
	} while (n > 0);
	if (n < 0)
		snprintf(err->where, sizeof(err->where), "%s", stream->sink.url);
	return n < 0 ? -1 : 0;
}

/* Without an ETag, nothing but a hash to compare with can tell that the rest belongs to the beginning. */
static void judge_resuming(struct stream *stream, struct err *err)
{
	if (!stream->sink.done || stream->sink.sha256 || *stream->etag || err->code == ERR_IO)
		return;
	stream->retry.pointless = true;
	err_prefix(err, "cut after %" PRIu64 " bytes, and the peer gives no ETag to resume with",
		   stream->sink.done);
}

static int stream_once(struct stream *stream, struct err *err)
{
	const struct http_request request = {
		.method = "GET",
		.from = stream->sink.done,
		.if_range = *stream->etag ? stream->etag : NULL,
	};
	const uint64_t before = stream->sink.done;
	struct http_response response;
	int ret;

	if (exchange_begin(stream->service, stream->sink.url, &request, &response, err) ||
	    check_answer(stream, &response, err))
		return -1;
	ret = copy_body(stream, err);
	exchange_end(stream->service);
	if (ret) {
		judge_resuming(stream, err);
		return -1;
	}
	/* A peer may answer a range with a part of it. */
	stream->complete = !stream->sink.total || stream->sink.done >= stream->sink.total;
	if (stream->sink.total && stream->sink.done > stream->sink.total)
		return err_set(err, ERR_HTTP_SYNTAX, stream->sink.url,
			       "the peer sends more than the %" PRIu64 " bytes that there are",
			       stream->sink.total);
	/* Asking again for what is not given is no progress. */
	if (!stream->complete && stream->sink.done == before)
		return err_set(err, ERR_NET_CUT, stream->sink.url,
			       "the peer ends after %" PRIu64 " of %" PRIu64 " bytes",
			       stream->sink.done, stream->sink.total);
	return 0;
}

static int stream_all(struct stream *stream, struct err *err)
{
	while (!stream->complete) {
		struct err last = ERR_INIT;

		if (stream_once(stream, &last) && retry_wait(&stream->retry, &last)) {
			if (err)
				*err = last;
			return -1;
		}
	}
	return 0;
}

int fetch_stream(struct service *service, const char *url, const uint8_t *sha256, int out_fd,
		 void (*progress)(uint64_t done, uint64_t total), uint64_t *bytes, struct err *err)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct stream *stream = malloc(sizeof(*stream));
	struct sigaction before;
	int ret;

	if (!stream)
		return err_set(err, ERR_MEMORY, url, "no memory for a stream");
	*stream = (struct stream){
		.service = service,
		.sink = {.url = url, .out_fd = out_fd, .progress = progress, .sha256 = sha256},
		.retry = {.limits = &service->limits},
	};
	sink_init(&stream->sink);
	/* A reader that ended is an error to return, not one to die of. */
	sigaction(SIGPIPE, &ignore, &before);
	ret = stream_all(stream, err);
	sigaction(SIGPIPE, &before, NULL);
	if (!ret)
		ret = sink_check(&stream->sink, err);
	*bytes = stream->sink.done;
	free(stream);
	return ret;
}
