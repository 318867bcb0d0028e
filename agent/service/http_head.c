#include "service/http_head.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What the header lines say together, before it is judged. */
struct lines {
	struct http_response *response;
	bool chunked, other_coding, bad_length, close, keep_alive;
};

static bool is_token(const struct phr_header *line, const char *text)
{
	return line->value_len == strlen(text) && !strncasecmp(line->value, text, line->value_len);
}

/* Is `word` one of the comma-separated elements? */
static bool has_word(const struct phr_header *line, const char *word)
{
	const char *p = line->value, *end = p + line->value_len;
	size_t size = strlen(word);

	while (p < end) {
		const char *comma = memchr(p, ',', (size_t)(end - p));
		const char *stop = comma ? comma : end;

		while (p < stop && (*p == ' ' || *p == '\t'))
			p++;
		while (stop > p && (stop[-1] == ' ' || stop[-1] == '\t'))
			stop--;
		if ((size_t)(stop - p) == size && !strncasecmp(p, word, size))
			return true;
		p = comma ? comma + 1 : end;
	}
	return false;
}

/* Digits at `*p` up to `end`; at least one, without overflow. */
static bool take_number(const char **p, const char *end, uint64_t *number)
{
	const char *start = *p;

	*number = 0;
	for (; *p < end && **p >= '0' && **p <= '9'; (*p)++)
		if (__builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, (uint64_t)(**p - '0'), number))
			return false;
	return *p > start;
}

static bool take_char(const char **p, const char *end, char c)
{
	return *p < end && *(*p)++ == c;
}

static void take_content_length(const struct phr_header *line, struct lines *lines)
{
	const char *p = line->value, *end = p + line->value_len;
	uint64_t length;

	if (!take_number(&p, end, &length) || p != end ||
	    (lines->response->has_length && lines->response->length != length))
		lines->bad_length = true;
	lines->response->has_length = true;
	lines->response->length = length;
}

static void take_transfer_encoding(const struct phr_header *line, struct lines *lines)
{
	if (is_token(line, "chunked") && !lines->chunked)
		lines->chunked = true;
	else
		lines->other_coding = true;
}

static void take_connection(const struct phr_header *line, struct lines *lines)
{
	lines->close |= has_word(line, "close");
	lines->keep_alive |= has_word(line, "keep-alive");
}

/* "0-499", whose end is behind its begin. */
static bool take_range(const char **p, const char *end, struct http_response *r)
{
	return take_number(p, end, &r->range_from) && take_char(p, end, '-') &&
	       take_number(p, end, &r->range_to) && r->range_from <= r->range_to;
}

/* RFC 9110 14.4: "bytes 0-499/1234"; a star stands for a length that is unknown, or for the range of a 416. */
static void take_content_range(const struct phr_header *line, struct lines *lines)
{
	struct http_response *r = lines->response;
	const char *p = line->value, *end = p + line->value_len;
	bool range, total;

	if (line->value_len < 6 || strncasecmp(p, "bytes ", 6))
		return;
	p += 6;
	range = *p != '*';
	if (!(range ? take_range(&p, end, r) : take_char(&p, end, '*')) || !take_char(&p, end, '/'))
		return;
	total = end - p != 1 || *p != '*';
	if (total && (!take_number(&p, end, &r->range_total) || p != end ||
		      (range && r->range_to >= r->range_total)))
		return;
	r->has_content_range = range;
	r->has_range_total = total;
}

static void copy_value(char *to, size_t size, const struct phr_header *line)
{
	if (line->value_len < size)
		snprintf(to, size, "%.*s", (int)line->value_len, line->value);
}

/* A weak one (W/"…") does not promise the same bytes. */
static void take_etag(const struct phr_header *line, struct lines *lines)
{
	if (line->value_len >= 2 && line->value[0] == '"' &&
	    line->value[line->value_len - 1] == '"')
		copy_value(lines->response->etag, sizeof(lines->response->etag), line);
}

static void take_content_encoding(const struct phr_header *line, struct lines *lines)
{
	struct http_response *r = lines->response;

	/* Cut rather than left out: any is one too many. */
	if (!is_token(line, "identity"))
		snprintf(r->encoding, sizeof(r->encoding), "%.*s", (int)line->value_len,
			 line->value);
}

static void take_location(const struct phr_header *line, struct lines *lines)
{
	copy_value(lines->response->location, sizeof(lines->response->location), line);
}

static void take_accept_ranges(const struct phr_header *line, struct lines *lines)
{
	lines->response->ranges = has_word(line, "bytes");
}

/* Seconds only; its other form, a date, can't be trusted with a doubtful clock. */
static void take_retry_after(const struct phr_header *line, struct lines *lines)
{
	const char *p = line->value, *end = p + line->value_len;
	uint64_t seconds;

	if (take_number(&p, end, &seconds) && p == end)
		lines->response->retry_after_s =
			seconds > NET_RETRY_AFTER_MAX_S ? NET_RETRY_AFTER_MAX_S : (unsigned)seconds;
}

static const struct {
	const char *name;
	void (*take)(const struct phr_header *line, struct lines *lines);
} known[] = {
	{"content-length", take_content_length},
	{"transfer-encoding", take_transfer_encoding},
	{"connection", take_connection},
	{"content-range", take_content_range},
	{"content-encoding", take_content_encoding},
	{"etag", take_etag},
	{"location", take_location},
	{"accept-ranges", take_accept_ranges},
	{"retry-after", take_retry_after},
};

static void take_line(const struct phr_header *line, struct lines *lines)
{
	for (size_t i = 0; line->name && i < sizeof(known) / sizeof(*known); i++)
		if (strlen(known[i].name) == line->name_len &&
		    !strncasecmp(line->name, known[i].name, line->name_len))
			known[i].take(line, lines);
}

/* RFC 9112 6.3, refusing what only an attacker or a broken peer sends. */
static int frame(struct http *http, const struct lines *lines, bool head, struct err *err)
{
	const struct http_response *r = lines->response;
	bool none = head || r->status < 200 || r->status == 204 || r->status == 304;

	if (lines->bad_length)
		return err_set(err, ERR_HTTP_SYNTAX, NULL,
			       "the Content-Length is not one decimal number");
	if (lines->other_coding)
		return err_set(err, ERR_HTTP_SYNTAX, NULL,
			       "a Transfer-Encoding other than chunked, which alone is accepted");
	if (lines->chunked && r->has_length)
		return err_set(err, ERR_HTTP_SYNTAX, NULL,
			       "both Content-Length and Transfer-Encoding: one is accepted");
	if (none)
		http->body = HTTP_BODY_NONE;
	else if (lines->chunked)
		http->body = HTTP_BODY_CHUNKED;
	else
		http->body = r->has_length ? HTTP_BODY_LENGTH : HTTP_BODY_CLOSE;
	http->left = r->length;
	return 0;
}

ssize_t http_head_parse(struct http *http, const char *data, size_t size, bool head,
			struct http_response *response, struct err *err)
{
	struct phr_header headers[HTTP_HEADERS_MAX];
	size_t count = HTTP_HEADERS_MAX, reason_size;
	struct lines lines = {.response = response};
	const char *reason;
	int minor, used;

	*response = (struct http_response){0};
	used = phr_parse_response(data, size, &minor, &response->status, &reason, &reason_size,
				  headers, &count, 0);
	if (used == -2)
		return 0;
	if (used < 0 || response->status < 100 || response->status > 599)
		return err_set(err, ERR_HTTP_SYNTAX, NULL,
			       "what came is not an HTTP/1.1 response, or has over %d header lines",
			       HTTP_HEADERS_MAX);
	if (reason_size >= sizeof(response->reason))
		reason_size = sizeof(response->reason) - 1;
	memcpy(response->reason, reason, reason_size);
	for (size_t i = 0; i < count; i++)
		take_line(&headers[i], &lines);
	if (frame(http, &lines, head, err))
		return -1;
	http->persistent =
		!lines.close && (minor >= 1 || lines.keep_alive) && http->body != HTTP_BODY_CLOSE;
	return used;
}
