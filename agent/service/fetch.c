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

static int missing(const char *url, const struct http_response *response, struct err *err)
{
	return err_set(err, ERR_ARCHIVE_MISSING, url, "there is no such file (%d)",
		       response->status);
}

static void describe(const struct http_response *response, struct fetch_info *info)
{
	bool whole = response->status == 200;

	*info = (struct fetch_info){
		.length = whole ? response->length : response->range_total,
		.has_length = whole ? response->has_length : response->has_range_total,
		.ranges = whole ? response->ranges : true,
	};
	memcpy(info->etag, response->etag, sizeof(info->etag));
}

/* 416 tells the length of an empty file, which has no first byte. */
static bool tells_length(const struct http_request *request, const struct http_response *response)
{
	if (response->status == 200)
		return true;
	return request->first_byte && (response->status == 206 || response->status == 416);
}

static int look(struct service *service, const char *url, const struct http_request *request,
		struct http_response *response, struct err *err)
{
	if (exchange_begin(service, url, request, response, err))
		return -1;
	if (response->status == 404 || response->status == 410) {
		exchange_end(service);
		return missing(url, response, err);
	}
	if (!tells_length(request, response))
		return exchange_refused(service, url, response, err);
	exchange_end(service);
	return 0;
}

/* A URL that was signed for GET alone (S3), and a peer that knows no HEAD. */
static bool head_is_refused(int status)
{
	return status == 403 || status == 405 || status == 501;
}

static int head_once(struct service *service, const char *url, struct fetch_info *info,
		     struct err *err)
{
	const struct http_request head = {.method = "HEAD"};
	const struct http_request first_byte = {.method = "GET", .first_byte = true};
	struct http_response response = {0};
	int ret = look(service, url, &head, &response, err);

	if (ret && head_is_refused(response.status))
		ret = look(service, url, &first_byte, &response, err);
	if (ret == 0)
		describe(&response, info);
	return ret;
}

int fetch_head(struct service *service, const char *url, struct fetch_info *info, struct err *err)
{
	struct retry retry = {.limits = &service->limits};
	struct err last = ERR_INIT;

	while (head_once(service, url, info, &last))
		if (retry_wait(&retry, &last))
			return err_keep(err, &last);
	return 0;
}

static int memory_once(struct service *service, const char *url, size_t cap, char **body,
		       size_t *size, int *status, struct err *err)
{
	const struct http_request request = {.method = "GET"};
	struct http_response response;

	*status = 0;
	if (exchange_begin(service, url, &request, &response, err))
		return -1;
	*status = response.status;
	if (response.status != 200)
		return exchange_refused(service, url, &response, err);
	return exchange_body(service, url, cap, body, size, err);
}

int fetch_memory(struct service *service, const char *url, size_t cap, char **body, size_t *size,
		 int *status, struct err *err)
{
	struct retry retry = {.limits = &service->limits};
	struct err last = ERR_INIT;

	while (memory_once(service, url, cap, body, size, status, &last))
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
	bool doubtful;             /* another ETag than at the start was met: the hash will tell */
	uint64_t skip;             /* bytes of the present answer that are there already … */
	struct sha256_ctx skipped; /* … and those of them that were read */
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

static int cannot_resume(struct stream *stream, const char *why, struct err *err)
{
	stream->retry.pointless = true;
	return err_set(err, ERR_NET_CUT, stream->sink.url, "cut after %" PRIu64 " bytes, and %s",
		       stream->sink.done, why);
}

/*
 * An ETag is a hint: nodes of one service may give one file several, and a proxy none. With a hash to compare with the
 * stream goes on, without asking by ETag again; without one, nothing else proves that the rest belongs to the beginning.
 */
static int check_version(struct stream *stream, const struct http_response *response,
			 struct err *err)
{
	if (*stream->etag && !strcmp(stream->etag, response->etag))
		return 0;
	if (!stream->sink.sha256)
		return *response->etag
			       ? changed(stream, "ETag", err)
			       : cannot_resume(stream, "the peer gives the rest no ETag", err);
	stream->doubtful |= *stream->etag && *response->etag;
	return 0;
}

static int check_total(struct stream *stream, bool known, uint64_t total, struct err *err)
{
	if (known && stream->sink.total && total != stream->sink.total)
		return changed(stream, "length", err);
	if (known)
		stream->sink.total = total;
	return 0;
}

/* The peer sends all of it once more. What is there already is skipped, and must be the same. */
static int whole_again(struct stream *stream, const struct http_response *response, struct err *err)
{
	if (!stream->sink.sha256)
		return cannot_resume(stream, "the peer can't resume there", err);
	stream->skip = stream->sink.done;
	sha256_init(&stream->skipped);
	return check_total(stream, response->has_length, response->length, err);
}

static int resumed_answer(struct stream *stream, const struct http_response *response,
			  struct err *err)
{
	stream->skip = 0;
	if (response->status == 416)
		return changed(stream, "length", err);
	if (check_version(stream, response, err))
		return -1;
	if (response->status == 200)
		return whole_again(stream, response, err);
	if (!response->has_content_range || response->range_from != stream->sink.done)
		return err_set(err, ERR_HTTP_SYNTAX, stream->sink.url,
			       "asked for the bytes from %" PRIu64 " on, the peer sends others",
			       stream->sink.done);
	return check_total(stream, response->has_range_total, response->range_total, err);
}

/* Is this the answer to what was asked for? Returns 0 when its body is the next part of the stream. */
static int check_answer(struct stream *stream, const struct http_response *response,
			struct err *err)
{
	int ret;

	if (response->status == 404 || response->status == 410)
		ret = missing(stream->sink.url, response, err);
	else if (response->status != 200 && response->status != 206 && response->status != 416)
		return exchange_refused(stream->service, stream->sink.url, response, err);
	else if (stream->sink.done)
		ret = resumed_answer(stream, response, err);
	else
		ret = first_answer(stream, response, err);
	if (ret)
		exchange_end(stream->service);
	return ret;
}

static bool same_beginning(const struct stream *stream)
{
	struct sha256_ctx first = stream->sink.sha, again = stream->skipped;
	uint8_t digests[2][SHA256_DIGEST_SIZE];

	sha256_digest(&first, sizeof(digests[0]), digests[0]);
	sha256_digest(&again, sizeof(digests[1]), digests[1]);
	return !memcmp(digests[0], digests[1], sizeof(digests[0]));
}

/* Take from the piece what is there already; `*taken` bytes of it. */
static int skip_piece(struct stream *stream, size_t size, size_t *taken, struct err *err)
{
	*taken = size < stream->skip ? size : (size_t)stream->skip;
	if (!*taken)
		return 0;
	sha256_update(&stream->skipped, *taken, stream->piece);
	stream->skip -= *taken;
	return stream->skip || same_beginning(stream) ? 0 : changed(stream, "beginning", err);
}

static int write_piece(struct stream *stream, size_t size, struct err *err)
{
	size_t taken;

	if (skip_piece(stream, size, &taken, err) ||
	    sink_write(&stream->sink, stream->piece + taken, size - taken, err))
		return -1;
	/* A peer that gives a few bytes before each failure must come to an end. */
	if (size - taken == sizeof(stream->piece))
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

/* The answer is complete; is the stream? `before`: bytes of it before the answer. */
static int judge_body(struct stream *stream, uint64_t before, struct err *err)
{
	if (stream->skip)
		return changed(stream, "length", err);
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

static int stream_once(struct stream *stream, struct err *err)
{
	const struct http_request request = {
		.method = "GET",
		.from = stream->sink.done,
		.if_range = *stream->etag && !stream->doubtful ? stream->etag : NULL,
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
	return judge_body(stream, before, err);
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

static int check_hash(const struct stream *stream, struct err *err)
{
	if (!sink_check(&stream->sink, err))
		return 0;
	if (stream->doubtful && err) {
		err->code = ERR_ARCHIVE_CHANGED;
		err_prefix(err, "another ETag than at its start was met when resuming");
	}
	return -1;
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
		ret = check_hash(stream, err);
	*bytes = stream->sink.done;
	free(stream);
	return ret;
}
