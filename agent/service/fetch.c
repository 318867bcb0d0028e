#include "service/fetch.h"

#include <inttypes.h>
#include <nettle/sha2.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "service/exchange.h"
#include "service/retry.h"

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
	const char *url;
	int out_fd;
	void (*progress)(uint64_t done, uint64_t total);
	struct retry retry;
	struct sha256_ctx sha;
	bool hashed; /* a hash to compare with is known: it vouches for a resumed stream */
	bool complete;
	uint64_t done;  /* bytes written */
	uint64_t total; /* 0: unknown */
	char etag[128];
	uint8_t piece[FETCH_PIECE];
};

static int changed(const struct stream *stream, const char *what, struct err *err)
{
	return err_set(err, ERR_ARCHIVE_CHANGED, stream->url,
		       "another %s than at its start was met when resuming at byte %" PRIu64, what,
		       stream->done);
}

static int first_answer(struct stream *stream, const struct http_response *response,
			struct err *err)
{
	if (response->status != 200)
		return err_set(err, ERR_HTTP_SYNTAX, stream->url,
			       "the answer to a whole GET is %d; 200 is expected",
			       response->status);
	stream->total = response->has_length ? response->length : 0;
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
		return err_set(err, ERR_NET_CUT, stream->url,
			       "cut after %" PRIu64 " bytes, and the peer can't resume there",
			       stream->done);
	}
	if (!response->has_content_range || response->range_from != stream->done)
		return err_set(err, ERR_HTTP_SYNTAX, stream->url,
			       "asked for the bytes from %" PRIu64 " on, the peer sends others",
			       stream->done);
	if (stream->total && response->range_total != stream->total)
		return changed(stream, "length", err);
	stream->total = response->range_total;
	return 0;
}

/* Is this the answer to what was asked for? Returns 0 when its body is the next part of the stream. */
static int check_answer(struct stream *stream, const struct http_response *response,
			struct err *err)
{
	int ret;

	if (response->status == 404 || response->status == 410)
		ret = missing(stream->url, response, err);
	else if (response->status != 200 && response->status != 206 && response->status != 416)
		return refused(stream->service, stream->url, response, &stream->retry, err);
	else if (stream->done)
		ret = resumed_answer(stream, response, err);
	else
		ret = first_answer(stream, response, err);
	if (ret)
		exchange_end(stream->service);
	return ret;
}

/* A piece goes to the hash and the reader together, so a cut between pieces loses nothing. */
static int write_piece(struct stream *stream, size_t size, struct err *err)
{
	if (!size)
		return 0;
	if (stream->hashed)
		sha256_update(&stream->sha, size, stream->piece);
	if (write_all(stream->out_fd, stream->piece, size))
		return err_sys(err, ERR_IO, stream->url, "its reader went away");
	stream->done += size;
	retry_progress(&stream->retry);
	if (stream->progress)
		stream->progress(stream->done, stream->total);
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
		snprintf(err->where, sizeof(err->where), "%s", stream->url);
	return n < 0 ? -1 : 0;
}

/* Without an ETag, nothing but the hash can tell that the rest belongs to the beginning. */
static void judge_resuming(struct stream *stream, struct err *err)
{
	if (!stream->done || stream->hashed || *stream->etag || err->code == ERR_IO)
		return;
	stream->retry.pointless = true;
	err_prefix(err, "cut after %" PRIu64 " bytes, and the peer gives no ETag to resume with",
		   stream->done);
}

static int stream_once(struct stream *stream, struct err *err)
{
	const struct http_request request = {
		.method = "GET",
		.from = stream->done,
		.if_range = *stream->etag ? stream->etag : NULL,
	};
	const uint64_t before = stream->done;
	struct http_response response;
	int ret;

	if (exchange_begin(stream->service, stream->url, &request, &response, err) ||
	    check_answer(stream, &response, err))
		return -1;
	ret = copy_body(stream, err);
	exchange_end(stream->service);
	if (ret) {
		judge_resuming(stream, err);
		return -1;
	}
	/* A peer may answer a range with a part of it. */
	stream->complete = !stream->total || stream->done >= stream->total;
	if (stream->total && stream->done > stream->total)
		return err_set(err, ERR_HTTP_SYNTAX, stream->url,
			       "the peer sends more than the %" PRIu64 " bytes that there are",
			       stream->total);
	/* Asking again for what is not given is no progress. */
	if (!stream->complete && stream->done == before)
		return err_set(err, ERR_NET_CUT, stream->url,
			       "the peer ends after %" PRIu64 " of %" PRIu64 " bytes", stream->done,
			       stream->total);
	return 0;
}

static int check_hash(struct stream *stream, const uint8_t *wanted, struct err *err)
{
	uint8_t got[SHA256_DIGEST_SIZE];
	char got_hex[2 * sizeof(got) + 1], wanted_hex[2 * sizeof(got) + 1];

	if (!wanted)
		return 0;
	sha256_digest(&stream->sha, sizeof(got), got);
	if (!memcmp(got, wanted, sizeof(got)))
		return 0;
	for (size_t i = 0; i < sizeof(got); i++) {
		snprintf(got_hex + 2 * i, 3, "%02x", got[i]);
		snprintf(wanted_hex + 2 * i, 3, "%02x", wanted[i]);
	}
	return err_set(err, ERR_ARCHIVE_HASH, stream->url, "its sha256 is %s, the job asks for %s",
		       got_hex, wanted_hex);
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
		.url = url,
		.out_fd = out_fd,
		.progress = progress,
		.retry = {.limits = &service->limits},
		.hashed = sha256,
	};
	sha256_init(&stream->sha);
	/* A reader that ended is an error to return, not one to die of. */
	sigaction(SIGPIPE, &ignore, &before);
	ret = stream_all(stream, err);
	sigaction(SIGPIPE, &before, NULL);
	if (!ret)
		ret = check_hash(stream, sha256, err);
	*bytes = stream->done;
	free(stream);
	return ret;
}
