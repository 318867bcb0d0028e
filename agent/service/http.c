#include "service/http.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "service/http_head.h"

void http_init(struct http *http, const struct http_stream *stream)
{
	memset(http, 0, sizeof(*http));
	http->stream = *stream;
	http->ended = http->persistent = true;
}

/* A request head being put together; too long is sticky. */
struct head {
	char text[HTTP_HEAD_MAX];
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void add(struct head *head, const char *fmt, ...)
{
	size_t room = sizeof(head->text) - head->used;
	va_list ap;
	int added;

	va_start(ap, fmt);
	added = vsnprintf(head->text + head->used, room, fmt, ap);
	va_end(ap);
	head->used += added < 0 || (size_t)added > room ? room : (size_t)added;
}

int http_send(struct http *http, const struct http_request *request, struct err *err)
{
	struct head head = {.used = 0};

	add(&head, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: newroot\r\n", request->method,
	    request->target, request->host);
	add(&head, "Accept-Encoding: identity\r\n");
	if (request->token)
		add(&head, "Authorization: Bearer %s\r\n", request->token);
	if (request->first_byte)
		add(&head, "Range: bytes=0-0\r\n");
	if (request->from)
		add(&head, "Range: bytes=%" PRIu64 "-\r\n", request->from);
	if (request->from && request->if_range)
		add(&head, "If-Range: %s\r\n", request->if_range);
	if (request->body)
		add(&head, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
		    request->body_size);
	add(&head, "\r\n");
	if (head.used >= sizeof(head.text))
		return err_set(err, ERR_HTTP_LIMIT, NULL,
			       "the request's head is longer than %d bytes", HTTP_HEAD_MAX);
	http->answered = http->ended = false;
	http->persistent = false;
	if (http->stream.write(http->stream.ctx, head.text, head.used, err))
		return -1;
	if (!request->body)
		return 0;
	return http->stream.write(http->stream.ctx, request->body, request->body_size, err);
}

/* More bytes behind those in `in`. */
static int read_more(struct http *http, struct err *err)
{
	ssize_t n;

	if (http->start) {
		memmove(http->in, http->in + http->start, http->end - http->start);
		http->end -= http->start;
		http->start = 0;
	}
	if (http->end == sizeof(http->in))
		return err_set(err, ERR_HTTP_LIMIT, NULL,
			       "the head of the response is longer than %d bytes", HTTP_HEAD_MAX);
	n = http->stream.read(http->stream.ctx, http->in + http->end, sizeof(http->in) - http->end,
			      err);
	if (!n)
		return err_set(err, ERR_NET_CUT, NULL,
			       "the peer closed before its response was complete");
	if (n < 0)
		return -1;
	http->answered = true;
	http->end += (size_t)n;
	return 0;
}

int http_receive(struct http *http, bool head, struct http_response *response, struct err *err)
{
	for (unsigned interim = 0; interim <= HTTP_INTERIM_MAX;) {
		ssize_t used = 0;

		if (http->end > http->start)
			used = http_head_parse(http, http->in + http->start,
					       http->end - http->start, head, response, err);
		if (used < 0)
			return -1;
		if (!used) {
			if (read_more(http, err))
				return -1;
			continue;
		}
		http->start += (size_t)used;
		if (response->status == 101)
			return err_set(err, ERR_HTTP_SYNTAX, NULL,
				       "the peer switches protocols unasked");
		if (response->status >= 200) {
			http->chunks = (struct phr_chunked_decoder){.consume_trailer = 1};
			http->overhead = 0;
			http->ended = http->body == HTTP_BODY_NONE;
			return 0;
		}
		interim++;
	}
	return err_set(err, ERR_HTTP_LIMIT, NULL, "more than %d interim responses",
		       HTTP_INTERIM_MAX);
}

/* Raw bytes: first what came along with the head. */
static ssize_t read_raw(struct http *http, void *buf, size_t size, struct err *err)
{
	size_t have = http->end - http->start;

	if (!have)
		return http->stream.read(http->stream.ctx, buf, size, err);
	if (size > have)
		size = have;
	memcpy(buf, http->in + http->start, size);
	http->start += size;
	return (ssize_t)size;
}

static ssize_t read_length(struct http *http, void *buf, size_t size, struct err *err)
{
	ssize_t n;

	if (!http->left) {
		http->ended = true;
		return 0;
	}
	n = read_raw(http, buf, size < http->left ? size : (size_t)http->left, err);
	if (!n)
		return err_set(err, ERR_NET_CUT, NULL, "the body ends %" PRIu64 " bytes too early",
			       http->left);
	if (n > 0)
		http->left -= (uint64_t)n;
	http->ended = !http->left;
	return n;
}

/* Chunks are decoded in place; a call may yield headers only, then the next is tried. */
static ssize_t read_chunked(struct http *http, void *buf, size_t size, struct err *err)
{
	for (;;) {
		ssize_t n = read_raw(http, buf, size, err), rest;
		size_t decoded = (size_t)n;

		if (n < 0)
			return -1;
		if (!n)
			return err_set(err, ERR_NET_CUT, NULL,
				       "the body ends before its last chunk");
		rest = phr_decode_chunked(&http->chunks, buf, &decoded);
		if (rest == -1)
			return err_set(err, ERR_HTTP_SYNTAX, NULL, "a malformed chunk");
		if (rest >= 0) {
			http->ended = true;
			/* Nothing was asked for that could follow. */
			http->persistent &= !rest;
			return (ssize_t)decoded;
		}
		http->overhead = decoded ? 0 : http->overhead + (size_t)n;
		if (http->overhead > HTTP_CHUNK_OVERHEAD_MAX)
			return err_set(err, ERR_HTTP_LIMIT, NULL,
				       "more than %d bytes of chunk headers",
				       HTTP_CHUNK_OVERHEAD_MAX);
		if (decoded)
			return (ssize_t)decoded;
	}
}

/* The stream's own end in good order (TLS close_notify) is the end of the body. */
static ssize_t read_close(struct http *http, void *buf, size_t size, struct err *err)
{
	ssize_t n = read_raw(http, buf, size, err);

	http->ended = !n;
	return n;
}

ssize_t http_read(struct http *http, void *buf, size_t size, struct err *err)
{
	if (http->ended)
		return 0;
	switch (http->body) {
	case HTTP_BODY_LENGTH:
		return read_length(http, buf, size, err);
	case HTTP_BODY_CHUNKED:
		return read_chunked(http, buf, size, err);
	case HTTP_BODY_CLOSE:
		return read_close(http, buf, size, err);
	case HTTP_BODY_NONE:
		break;
	}
	return 0;
}

bool http_reusable(const struct http *http)
{
	return http->ended && http->persistent && http->start == http->end;
}
