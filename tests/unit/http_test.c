/* HTTP over a scripted stream: framing, faults, limits; every script also byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "service/http.h"

/* A peer that says `text`, `step` bytes a read, then ends in good order or breaks. */
struct peer {
	const char *text;
	size_t size, at, step;
	bool breaks;
	char sent[HTTP_HEAD_MAX * 2];
	size_t sent_size;
};

static ssize_t peer_read(void *ctx, void *buf, size_t size, struct err *err)
{
	struct peer *peer = ctx;
	size_t n = peer->size - peer->at;

	if (!n && peer->breaks)
		return err_set(err, ERR_NET_CUT, NULL, "broken");
	n = n < peer->step ? n : peer->step;
	n = n < size ? n : size;
	memcpy(buf, peer->text + peer->at, n);
	peer->at += n;
	return (ssize_t)n;
}

static int peer_write(void *ctx, const void *buf, size_t size, struct err *err)
{
	struct peer *peer = ctx;

	(void)err;
	assert_true(size < sizeof(peer->sent) - peer->sent_size);
	memcpy(peer->sent + peer->sent_size, buf, size);
	peer->sent_size += size;
	return 0;
}

static struct http http;
static struct peer peer;

static void begin(const char *text, size_t size, size_t step, bool breaks)
{
	static const struct http_request request = {.method = "GET", .host = "h", .target = "/"};
	const struct http_stream stream = {peer_read, peer_write, &peer};

	peer = (struct peer){.text = text, .size = size, .step = step, .breaks = breaks};
	http_init(&http, &stream);
	assert_int_equal(http_send(&http, &request, NULL), 0);
}

/* Head and body of the answer; ERR_NONE when all went well. */
static enum err_code take(struct http_response *response, char *body, size_t size, size_t *got)
{
	struct err err = ERR_INIT;
	ssize_t n;

	*got = 0;
	if (http_receive(&http, false, response, &err))
		return err.code;
	while ((n = http_read(&http, body + *got, size - *got - 1, &err)) > 0)
		*got += (size_t)n;
	body[*got] = '\0';
	return err.code;
}

static const struct {
	const char *text;
	bool breaks;
	enum err_code code;
	const char *body;
	bool reusable;
} rows[] = {
	/* framing */
	{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 0, ERR_NONE, "hello", true},
	{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0, ERR_NONE, "", true},
	{"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\nhello", 0, ERR_NONE,
	 "hello", true},
	{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello", 0, ERR_NONE,
	 "hello", false},
	{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: x, Close\r\n\r\nhello", 0, ERR_NONE,
	 "hello", false},
	{"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", 0, ERR_NONE, "hello", false},
	{"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello", 0, ERR_NONE,
	 "hello", true},
	{"HTTP/1.1 200 OK\r\n\r\nhello", 0, ERR_NONE, "hello", false},
	{"HTTP/1.1 204 No\r\n\r\n", 0, ERR_NONE, "", true},
	{"HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n", 0, ERR_NONE, "", true},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n",
	 0, ERR_NONE, "hello", true},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n", 0,
	 ERR_NONE, "hello", true},
	{"HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	 0, ERR_NONE, "ok", true},
	/* faults */
	{"", 0, ERR_NET_CUT, "", false},
	{"HTTP/1.1 200 OK\r\nContent-Le", 0, ERR_NET_CUT, "", false},
	{"HTTP/1.1 200 OK\r\nContent-Le", 1, ERR_NET_CUT, "", false},
	{"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", 0, ERR_NET_CUT, "hello", false},
	{"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", 1, ERR_NET_CUT, "hello", false},
	{"HTTP/1.1 200 OK\r\n\r\nhello", 1, ERR_NET_CUT, "hello", false},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", 0, ERR_NET_CUT,
	 "hello", false},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nxyz\r\n", 0,
	 ERR_HTTP_SYNTAX, NULL, false},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n", 0,
	 ERR_HTTP_SYNTAX, NULL, false},
	{"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", 0, ERR_HTTP_SYNTAX, "", false},
	{"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello", 0, ERR_HTTP_SYNTAX, "", false},
	{"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nhello", 0, ERR_HTTP_SYNTAX, "", false},
	{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 0,
	 ERR_HTTP_SYNTAX, "", false},
	{"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n", 0, ERR_HTTP_SYNTAX, "",
	 false},
	{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 0,
	 ERR_HTTP_SYNTAX, "", false},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", 0, ERR_HTTP_SYNTAX, "", false},
	{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 0,
	 ERR_HTTP_SYNTAX, "", false},
	{"HTTP/1.1 101 Switch\r\nUpgrade: h2c\r\n\r\n", 0, ERR_HTTP_SYNTAX, "", false},
	{"HTTP/1.1 000 Odd\r\n\r\n", 0, ERR_HTTP_SYNTAX, "", false},
	{"HTTP/1.1 999 Odd\r\n\r\n", 0, ERR_HTTP_SYNTAX, "", false},
	{"SSH-2.0-dropbear\r\n", 0, ERR_HTTP_SYNTAX, "", false},
	{"HTTP/2 200 OK\r\n\r\n", 0, ERR_HTTP_SYNTAX, "", false},
};

static void answers_are_framed(void **state)
{
	static const size_t steps[] = {1, 2, 7, 4096};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (size_t s = 0; s < sizeof(steps) / sizeof(*steps); s++) {
			struct http_response response;
			char body[256];
			size_t got;

			print_message("%.60s… by %zu\n", rows[i].text, steps[s]);
			begin(rows[i].text, strlen(rows[i].text), steps[s], rows[i].breaks);
			assert_int_equal(take(&response, body, sizeof(body), &got), rows[i].code);
			if (rows[i].body && got)
				assert_string_equal(body, rows[i].body);
			assert_int_equal(http_reusable(&http), rows[i].reusable);
		}
	}
}

static void what_follows_spoils_the_connection(void **state)
{
	static const char text[] =
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n";
	struct http_response response;
	char body[16];
	size_t got;

	(void)state;
	begin(text, sizeof(text) - 1, sizeof(text), false);
	assert_int_equal(take(&response, body, sizeof(body), &got), ERR_NONE);
	assert_string_equal(body, "ok");
	assert_false(http_reusable(&http));
}

static void header_lines_are_understood(void **state)
{
	static const char text[] =
		"HTTP/1.1 206 Partial\r\nContent-Length: 3\r\nETag: \"abc\"\r\n"
		"Accept-Ranges: bytes\r\nContent-Range: bytes 7-9/10\r\nRetry-After: 9\r\n"
		"Location: /x\r\n\r\nxyz";
	struct http_response r;
	char body[16];
	size_t got;

	(void)state;
	begin(text, sizeof(text) - 1, 4096, false);
	assert_int_equal(take(&r, body, sizeof(body), &got), ERR_NONE);
	assert_int_equal(r.status, 206);
	assert_string_equal(r.reason, "Partial");
	assert_true(r.has_length && r.length == 3);
	assert_string_equal(r.etag, "\"abc\"");
	assert_true(r.ranges);
	assert_true(r.has_content_range && r.range_from == 7 && r.range_to == 9 &&
		    r.range_total == 10);
	assert_int_equal(r.retry_after_s, 9);
	assert_string_equal(r.location, "/x");
}

static void odd_header_lines_are_as_good_as_none(void **state)
{
	static const char *const lines[] = {
		"ETag: W/\"a\"",
		"ETag: a",
		"ETag: \"",
		"Content-Range: bytes 9-7/10",
		"Content-Range: bytes 0-10/10",
		"Content-Range: bytes */*x",
		"Content-Range: bytes *-1/10",
		"Content-Range: bytes 0-1",
		"Content-Range: lines 0-1/2",
		"Content-Range: bytes 0-1/2x",
		"Retry-After: Fri, 07 Nov 2025 23:59:59 GMT",
		"Accept-Ranges: none",
		"Content-Range: bytes 99999999999999999999-1/2",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct http_response r;
		char text[256], body[4];
		size_t got;

		snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n%s\r\n\r\n",
			 lines[i]);
		print_message("%s\n", lines[i]);
		begin(text, strlen(text), 4096, false);
		assert_int_equal(take(&r, body, sizeof(body), &got), ERR_NONE);
		assert_string_equal(r.etag, "");
		assert_false(r.has_content_range || r.has_range_total);
		assert_false(r.ranges);
		assert_int_equal(r.retry_after_s, 0);
	}
}

/* RFC 9110 14.4 */
static void ranges_may_be_of_unknown_length(void **state)
{
	static const struct {
		const char *value;
		bool range, total;
	} ranges[] = {
		{"bytes 0-1/2", true, true},
		{"bytes 0-1/*", true, false},
		{"bytes */2", false, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		struct http_response r;
		char text[256], body[4];
		size_t got;

		snprintf(text, sizeof(text),
			 "HTTP/1.1 206 P\r\nContent-Length: 0\r\nContent-Range: %s\r\n\r\n",
			 ranges[i].value);
		print_message("%s\n", ranges[i].value);
		begin(text, strlen(text), 4096, false);
		assert_int_equal(take(&r, body, sizeof(body), &got), ERR_NONE);
		assert_int_equal(r.has_content_range, ranges[i].range);
		assert_int_equal(r.has_range_total, ranges[i].total);
		assert_int_equal(r.range_total, ranges[i].total ? 2 : 0);
	}
}

static void content_encodings_are_seen(void **state)
{
	static const struct {
		const char *value, *seen;
	} encodings[] = {
		{"identity", ""},
		{"gzip", "gzip"},
		{"aes128gcm, gzip, deflate, compress, br", "aes128gcm, gzip, deflate, compr"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(encodings) / sizeof(*encodings); i++) {
		struct http_response r;
		char text[256], body[4];
		size_t got;

		snprintf(text, sizeof(text),
			 "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Encoding: %s\r\n\r\n",
			 encodings[i].value);
		begin(text, strlen(text), 4096, false);
		assert_int_equal(take(&r, body, sizeof(body), &got), ERR_NONE);
		assert_string_equal(r.encoding, encodings[i].seen);
	}
}

static void retry_after_is_capped(void **state)
{
	static const char text[] =
		"HTTP/1.1 503 Later\r\nContent-Length: 0\r\nRetry-After: 86400\r\n\r\n";
	struct http_response r;
	char body[4];
	size_t got;

	(void)state;
	begin(text, sizeof(text) - 1, 4096, false);
	assert_int_equal(take(&r, body, sizeof(body), &got), ERR_NONE);
	assert_int_equal(r.retry_after_s, NET_RETRY_AFTER_MAX_S);
}

static void heads_and_chunk_headers_are_capped(void **state)
{
	static char text[HTTP_HEAD_MAX + HTTP_CHUNK_OVERHEAD_MAX + 256];
	struct http_response response;
	char body[256];
	size_t got;
	int used;

	(void)state;
	used = snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\nX: ");
	memset(text + used, 'a', sizeof(text) - (size_t)used);
	begin(text, sizeof(text), 4096, false);
	assert_int_equal(take(&response, body, sizeof(body), &got), ERR_HTTP_LIMIT);

	used = snprintf(text, sizeof(text),
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;");
	memset(text + used, 'a', sizeof(text) - (size_t)used);
	begin(text, sizeof(text), 100, false);
	assert_int_equal(take(&response, body, sizeof(body), &got), ERR_HTTP_LIMIT);
}

static void endless_interim_responses_are_refused(void **state)
{
	static char text[25 * (HTTP_INTERIM_MAX + 2)];
	struct http_response response;
	char body[4];
	size_t used = 0, got;

	(void)state;
	for (int i = 0; i < HTTP_INTERIM_MAX + 1; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "HTTP/1.1 100 Go\r\n\r\n");
	begin(text, used, 4096, false);
	assert_int_equal(take(&response, body, sizeof(body), &got), ERR_HTTP_LIMIT);
}

static void answers_to_head_have_no_body(void **state)
{
	static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n";
	struct http_response r;
	char body[4];

	(void)state;
	begin(text, sizeof(text) - 1, 4096, false);
	assert_int_equal(http_receive(&http, true, &r, NULL), 0);
	assert_int_equal(r.length, 1234);
	assert_int_equal(http_read(&http, body, sizeof(body), NULL), 0);
	assert_true(http_reusable(&http));
}

static void requests_are_written(void **state)
{
	static const struct http_request request = {
		.method = "POST",
		.host = "h:8443",
		.target = "/v1/events?mac=x",
		.token = "t0ken",
		.from = 5,
		.if_range = "\"e\"",
		.body = "[]",
		.body_size = 2,
	};
	const struct http_stream stream = {peer_read, peer_write, &peer};

	(void)state;
	peer = (struct peer){.text = ""};
	http_init(&http, &stream);
	assert_int_equal(http_send(&http, &request, NULL), 0);
	assert_string_equal(peer.sent,
			    "POST /v1/events?mac=x HTTP/1.1\r\nHost: h:8443\r\n"
			    "User-Agent: newroot\r\nAccept-Encoding: identity\r\n"
			    "Authorization: Bearer t0ken\r\nRange: bytes=5-\r\nIf-Range: \"e\"\r\n"
			    "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n[]");
}

static void requests_too_long_are_refused(void **state)
{
	static char token[HTTP_HEAD_MAX];
	struct http_request request = {.method = "GET", .host = "h", .target = "/", .token = token};
	const struct http_stream stream = {peer_read, peer_write, &peer};
	struct err err = ERR_INIT;

	(void)state;
	memset(token, 'a', sizeof(token) - 1);
	peer = (struct peer){.text = ""};
	http_init(&http, &stream);
	assert_int_equal(http_send(&http, &request, &err), -1);
	assert_int_equal(err.code, ERR_HTTP_LIMIT);
	assert_int_equal(peer.sent_size, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_framed),
		cmocka_unit_test(what_follows_spoils_the_connection),
		cmocka_unit_test(header_lines_are_understood),
		cmocka_unit_test(odd_header_lines_are_as_good_as_none),
		cmocka_unit_test(ranges_may_be_of_unknown_length),
		cmocka_unit_test(content_encodings_are_seen),
		cmocka_unit_test(retry_after_is_capped),
		cmocka_unit_test(heads_and_chunk_headers_are_capped),
		cmocka_unit_test(endless_interim_responses_are_refused),
		cmocka_unit_test(answers_to_head_have_no_body),
		cmocka_unit_test(requests_are_written),
		cmocka_unit_test(requests_too_long_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
