/* Streams over scripted answers: what is resumed, what is refused, what is tried again. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <nettle/sha2.h>

#include "service/fetch.h"
#include "tests/unit/fake_exchange.h"

#define URL  "https://h/a"
#define BODY "hello, world"
#define ETAG "\"e\""

static struct service service = {
	.limits = {.retries = 2, .backoff_ms = 1, .backoff_max_ms = 2},
};
static uint64_t last_done, last_total;

static void watch(uint64_t done, uint64_t total)
{
	last_done = done;
	last_total = total;
}

struct row {
	const char *what;
	struct fake_answer answers[6];
	size_t count;
	bool hashed;
	enum err_code code;
	uint64_t bytes;
};

#define WHOLE                                                                                      \
	{                                                                                          \
		.status = 200, .etag = ETAG, .body = BODY                                          \
	}
#define CUT(n)                                                                                     \
	{                                                                                          \
		.status = 200, .etag = ETAG, .body = BODY, .cut = n                                \
	}
#define REST(n)                                                                                    \
	{                                                                                          \
		.status = 206, .etag = ETAG, .from = n, .total = 12, .body = &BODY[n]              \
	}

static const struct row rows[] = {
	{"whole", {WHOLE}, 1, true, ERR_NONE, 12},
	{"whole, no hash", {WHOLE}, 1, false, ERR_NONE, 12},
	{"unknown length",
	 {{.status = 200, .no_length = true, .body = BODY}},
	 1,
	 true,
	 ERR_NONE,
	 12},
	{"empty", {{.status = 200, .body = ""}}, 1, false, ERR_NONE, 0},
	{"cut and resumed", {CUT(5), REST(5)}, 2, true, ERR_NONE, 12},
	{"cut and resumed without a hash", {CUT(5), REST(5)}, 2, false, ERR_NONE, 12},
	{"range answered in parts",
	 {CUT(2), {.status = 206, .from = 2, .total = 12, .body = "llo", .etag = ETAG}, REST(5)},
	 3,
	 true,
	 ERR_NONE,
	 12},
	{"no connection at first", {{.begin = ERR_NET_CONNECT}, WHOLE}, 2, true, ERR_NONE, 12},
	{"busy at first", {{.status = 503, .body = ""}, WHOLE}, 2, true, ERR_NONE, 12},
	{"busy while resuming",
	 {CUT(5), {.status = 429, .body = ""}, REST(5)},
	 3,
	 true,
	 ERR_NONE,
	 12},
	{"never a connection",
	 {{.begin = ERR_NET_CONNECT}, {.begin = ERR_NET_TIMEOUT}, {.begin = ERR_NET_CUT}},
	 3,
	 true,
	 ERR_NET_CUT,
	 0},
	{"untrusted", {{.begin = ERR_TLS_UNTRUSTED}}, 1, true, ERR_TLS_UNTRUSTED, 0},
	{"missing", {{.status = 404, .body = ""}}, 1, true, ERR_ARCHIVE_MISSING, 0},
	{"missing when resuming",
	 {CUT(5), {.status = 404, .body = ""}},
	 2,
	 true,
	 ERR_ARCHIVE_MISSING,
	 5},
	{"forbidden", {{.status = 403, .body = ""}}, 1, true, ERR_HTTP_STATUS, 0},
	{"206 unasked", {REST(0)}, 1, true, ERR_HTTP_SYNTAX, 0},
	{"other ETag, the same file",
	 {CUT(5), {.status = 200, .etag = "\"f\"", .body = BODY}},
	 2,
	 true,
	 ERR_NONE,
	 12},
	{"other ETag with 206, the same file",
	 {CUT(5), {.status = 206, .etag = "\"f\"", .from = 5, .total = 12, .body = &BODY[5]}},
	 2,
	 true,
	 ERR_NONE,
	 12},
	{"other ETag, another beginning",
	 {CUT(5), {.status = 200, .etag = "\"f\"", .body = "Hello, world"}},
	 2,
	 true,
	 ERR_ARCHIVE_CHANGED,
	 5},
	{"other ETag with 206, another rest",
	 {CUT(5), {.status = 206, .etag = "\"f\"", .from = 5, .total = 12, .body = ", weird"}},
	 2,
	 true,
	 ERR_ARCHIVE_CHANGED,
	 12},
	{"other ETag without a hash",
	 {CUT(5), {.status = 206, .etag = "\"f\"", .from = 5, .total = 12, .body = &BODY[5]}},
	 2,
	 false,
	 ERR_ARCHIVE_CHANGED,
	 5},
	{"no ETag any more without a hash",
	 {CUT(5), {.status = 206, .from = 5, .total = 12, .body = &BODY[5]}},
	 2,
	 false,
	 ERR_NET_CUT,
	 5},
	{"no ETag any more",
	 {CUT(5), {.status = 206, .from = 5, .total = 12, .body = &BODY[5]}},
	 2,
	 true,
	 ERR_NONE,
	 12},
	{"a range of unknown length",
	 {CUT(5), {.status = 206, .etag = ETAG, .from = 5, .open_range = true, .body = &BODY[5]}},
	 2,
	 false,
	 ERR_NONE,
	 12},
	{"a range of unknown length that ends early",
	 {CUT(5),
	  {.status = 206, .etag = ETAG, .from = 5, .open_range = true, .body = ", w"},
	  REST(8)},
	 3,
	 true,
	 ERR_NONE,
	 12},
	{"other length",
	 {CUT(5), {.status = 206, .from = 5, .total = 13, .body = BODY}},
	 2,
	 true,
	 ERR_ARCHIVE_CHANGED,
	 5},
	{"shorter now", {CUT(5), {.status = 416, .body = ""}}, 2, true, ERR_ARCHIVE_CHANGED, 5},
	{"other range",
	 {CUT(5), {.status = 206, .from = 4, .total = 12, .body = BODY}},
	 2,
	 true,
	 ERR_HTTP_SYNTAX,
	 5},
	{"empty ranges",
	 {CUT(5),
	  {.status = 206, .from = 5, .total = 12, .body = "", .etag = ETAG},
	  {.status = 206, .from = 5, .total = 12, .body = "", .etag = ETAG}},
	 3,
	 true,
	 ERR_NET_CUT,
	 5},
	{"more than there is",
	 {CUT(5), {.status = 206, .from = 5, .total = 12, .body = BODY, .etag = ETAG}},
	 2,
	 false,
	 ERR_HTTP_SYNTAX,
	 17},
	{"206 without a range",
	 {CUT(5), {.status = 206, .body = BODY}},
	 2,
	 true,
	 ERR_HTTP_SYNTAX,
	 5},
	{"can't resume", {CUT(5), WHOLE}, 2, false, ERR_NET_CUT, 5},
	{"can't resume, but the hash vouches", {CUT(5), WHOLE}, 2, true, ERR_NONE, 12},
	{"cut again while skipping", {CUT(5), CUT(3), WHOLE}, 3, true, ERR_NONE, 12},
	{"cut while skipping, then a range", {CUT(5), CUT(3), REST(5)}, 3, true, ERR_NONE, 12},
	{"whole again, but shorter",
	 {CUT(5), {.status = 200, .etag = ETAG, .no_length = true, .body = "hell"}},
	 2,
	 true,
	 ERR_ARCHIVE_CHANGED,
	 5},
	{"nothing to resume with",
	 {{.status = 200, .body = BODY, .cut = 5}},
	 1,
	 false,
	 ERR_NET_CUT,
	 5},
	{"the hash vouches",
	 {{.status = 200, .body = BODY, .cut = 5},
	  {.status = 206, .from = 5, .total = 12, .body = &BODY[5]}},
	 2,
	 true,
	 ERR_NONE,
	 12},
	{"wrong contents",
	 {{.status = 200, .body = "hello, weird"}},
	 1,
	 true,
	 ERR_ARCHIVE_HASH,
	 12},
	{"a few bytes are no progress",
	 {{.begin = ERR_NET_CUT},
	  CUT(2),
	  {.status = 206, .etag = ETAG, .from = 2, .total = 12, .body = "llo", .cut = 2}},
	 3,
	 true,
	 ERR_NET_CUT,
	 4},
};

static void hash_of_body(uint8_t *digest)
{
	struct sha256_ctx sha;

	sha256_init(&sha);
	sha256_update(&sha, strlen(BODY), (const uint8_t *)BODY);
	sha256_digest(&sha, SHA256_DIGEST_SIZE, digest);
}

static void run_row(const struct row *row)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	char got[64] = "";
	struct err err = ERR_INIT;
	uint64_t bytes = 99;
	int ends[2];

	print_message("%s\n", row->what);
	hash_of_body(digest);
	assert_int_equal(pipe(ends), 0);
	fake_script(row->answers, row->count);
	last_done = 0;
	assert_int_equal(fetch_stream(&service, URL, row->hashed ? digest : NULL, ends[1], watch,
				      &bytes, &err),
			 row->code ? -1 : 0);
	assert_int_equal(err.code, row->code);
	assert_int_equal(bytes, row->bytes);
	assert_int_equal(last_done, row->bytes);
	assert_int_equal(fake.next, row->count);
	if (row->code)
		assert_string_equal(err.where, URL);
	close(ends[1]);
	assert_true(read(ends[0], got, sizeof(got)) >= 0);
	if (!row->code)
		assert_memory_equal(got, BODY, bytes);
	close(ends[0]);
}

static void streams_are_resumed_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		run_row(&rows[i]);
}

static void resuming_names_place_and_version(void **state)
{
	static const struct row row = {"asked", {CUT(5), REST(5)}, 2, true, ERR_NONE, 12};

	(void)state;
	run_row(&row);
	assert_int_equal(fake.from, 5);
	assert_string_equal(fake.if_range, ETAG);
	assert_int_equal(last_total, 12);
}

static void reader_that_went_away_is_an_error(void **state)
{
	static const struct fake_answer answers[] = {WHOLE};
	struct sigaction before, after;
	struct err err = ERR_INIT;
	uint64_t bytes;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	sigaction(SIGPIPE, NULL, &before);
	fake_script(answers, 1);
	assert_int_equal(fetch_stream(&service, URL, NULL, ends[1], NULL, &bytes, &err), -1);
	assert_int_equal(err.code, ERR_IO);
	assert_int_equal(err.sys, EPIPE);
	assert_int_equal(bytes, 0);
	sigaction(SIGPIPE, NULL, &after);
	assert_ptr_equal(before.sa_handler, after.sa_handler);
	close(ends[1]);
}

static void heads_tell_length_and_version(void **state)
{
	static const struct fake_answer answers[] = {{.begin = ERR_NET_CUT}, WHOLE};
	static const struct fake_answer none[] = {{.status = 404, .body = ""}};
	struct fetch_info info;
	struct err err = ERR_INIT;

	(void)state;
	fake_script(answers, 2);
	assert_int_equal(fetch_head(&service, URL, &info, &err), 0);
	assert_string_equal(fake.method, "HEAD");
	assert_true(info.has_length && info.length == 12);
	assert_string_equal(info.etag, ETAG);
	fake_script(none, 1);
	assert_int_equal(fetch_head(&service, URL, &info, &err), -1);
	assert_int_equal(err.code, ERR_ARCHIVE_MISSING);
}

static void peers_that_refuse_head_are_asked_for_a_byte(void **state)
{
	static const struct {
		int refusal;
		struct fake_answer answer;
		enum err_code code;
		bool has_length;
		uint64_t length;
	} heads[] = {
		{403, {.status = 206, .etag = ETAG, .total = 12, .body = "h"}, ERR_NONE, true, 12},
		{405, WHOLE, ERR_NONE, true, 12},
		{501, {.status = 206, .open_range = true, .body = "h"}, ERR_NONE, false, 0},
		{403, {.status = 200, .body = ""}, ERR_NONE, true, 0},
		{403, {.status = 403, .body = ""}, ERR_HTTP_STATUS, false, 0},
		{403, {.status = 404, .body = ""}, ERR_ARCHIVE_MISSING, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		struct fake_answer answers[] = {{.status = heads[i].refusal, .body = ""},
						heads[i].answer};
		struct fetch_info info;
		struct err err = ERR_INIT;

		fake_script(answers, 2);
		assert_int_equal(fetch_head(&service, URL, &info, &err), heads[i].code ? -1 : 0);
		assert_int_equal(err.code, heads[i].code);
		assert_int_equal(fake.next, 2);
		assert_string_equal(fake.method, "GET");
		assert_true(fake.first_byte);
		if (heads[i].code)
			continue;
		assert_int_equal(info.has_length, heads[i].has_length);
		assert_int_equal(info.length, heads[i].length);
	}
}

static void memory_is_got_whole(void **state)
{
	static const struct fake_answer answers[] = {CUT(5), {.status = 500, .body = ""}, WHOLE};
	static const struct fake_answer refused[] = {CUT(5), {.status = 409, .body = ""}};
	struct err err = ERR_INIT;
	char *body;
	size_t size;
	int status;

	(void)state;
	fake_script(answers, 3);
	assert_int_equal(fetch_memory(&service, URL, 100, &body, &size, &status, &err), 0);
	assert_int_equal(size, 12);
	assert_int_equal(status, 200);
	assert_string_equal(body, BODY);
	free(body);
	fake_script(refused, 2);
	assert_int_equal(fetch_memory(&service, URL, 100, &body, &size, &status, &err), -1);
	assert_int_equal(status, 409);
	assert_int_equal(err.code, ERR_HTTP_STATUS);
	err = (struct err)ERR_INIT;
	fake_script(answers + 2, 1);
	assert_int_equal(fetch_memory(&service, URL, 11, &body, &size, &status, &err), -1);
	assert_int_equal(err.code, ERR_HTTP_LIMIT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_are_resumed_or_refused),
		cmocka_unit_test(resuming_names_place_and_version),
		cmocka_unit_test(reader_that_went_away_is_an_error),
		cmocka_unit_test(heads_tell_length_and_version),
		cmocka_unit_test(peers_that_refuse_head_are_asked_for_a_byte),
		cmocka_unit_test(memory_is_got_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
