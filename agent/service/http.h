/*
 * HTTP/1.1 (RFC 9112) over a read/write pair: one request, one response, its body, and again.
 * Knows nothing of TLS and sockets, so it is tested and fuzzed without them.
 */
#ifndef NEWROOT_SERVICE_HTTP_H
#define NEWROOT_SERVICE_HTTP_H

#include <picohttpparser.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/url.h"

struct http_stream {
	/* Up to `size` bytes; 0: the peer ended in good order; -1. */
	ssize_t (*read)(void *ctx, void *buf, size_t size, struct err *err);
	/* All of it: 0 or -1. */
	int (*write)(void *ctx, const void *buf, size_t size, struct err *err);
	void *ctx;
};

struct http_request {
	const char *method;   /* "GET", "HEAD", "POST" */
	const char *host;     /* the Host header */
	const char *target;   /* "/path?query" */
	const char *token;    /* NULL: no Authorization */
	bool first_byte;      /* ask for the first byte alone */
	uint64_t from;        /* not 0: ask for the bytes from there on */
	const char *if_range; /* NULL, or the strong ETag that `from` is for */
	const char *body;     /* NULL: none; else JSON */
	size_t body_size;
};

struct http_response {
	int status;
	char reason[64];
	bool has_length;
	uint64_t length;        /* bytes of the body, or of what HEAD describes */
	bool ranges;            /* Accept-Ranges: bytes */
	bool has_content_range; /* Content-Range: bytes from-to/total; the total may be unknown */
	bool has_range_total;   /* also of an answer 416, which has that alone */
	uint64_t range_from, range_to, range_total;
	char encoding[32];      /* Content-Encoding; "": none, or identity */
	unsigned retry_after_s; /* 0: none */
	char etag[128];         /* strong, with its quotes, or "" */
	char location[URL_BYTES_MAX + 1];
};

enum http_body { HTTP_BODY_NONE, HTTP_BODY_LENGTH, HTTP_BODY_CHUNKED, HTTP_BODY_CLOSE };

struct http {
	struct http_stream stream;
	enum http_body body;
	uint64_t left;   /* of HTTP_BODY_LENGTH */
	size_t overhead; /* chunk headers since the last byte of data */
	struct phr_chunked_decoder chunks;
	bool ended;        /* the body was read to its end */
	bool persistent;   /* the peer keeps the connection */
	bool answered;     /* a byte of the present response has arrived */
	size_t start, end; /* of what is in `in` and not used yet */
	char in[HTTP_HEAD_MAX];
};

void http_init(struct http *http, const struct http_stream *stream);

/* Write a request: 0, or the stream's error; ERR_HTTP_LIMIT when its head is too long. */
int http_send(struct http *http, const struct http_request *request, struct err *err);

/*
 * Read the head of the final response, after any 1xx. `head` says that the request was HEAD.
 * Errors: ERR_HTTP_SYNTAX, ERR_HTTP_LIMIT, ERR_NET_CUT (the stream ended early), the stream's.
 */
int http_receive(struct http *http, bool head, struct http_response *response, struct err *err);

/* The next bytes of the body; 0: it is complete; -1: as above. */
ssize_t http_read(struct http *http, void *buf, size_t size, struct err *err);

/* The response is complete and the connection good for another request. */
bool http_reusable(const struct http *http);

#endif
