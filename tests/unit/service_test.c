/* The service's configuration and answers: what is accepted and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "service/anchors.h"
#include "service/clock.h"
#include "service/exchange.h"
#include "service/service.h"
#include "tests/unit/fake_exchange.h"

#define CA  "tests/fuzz/corpus/trust_fuzz/ca"
#define MAC "52:54:00:12:34:56"
#define PIN "sha256:000102030405060708090a0B0c0d0e0f101112131415161718191a1b1c1d1e1F"

static void configurations_are_checked(void **state)
{
	static const struct {
		struct service_config config;
		enum err_code code;
		const char *message;
	} rows[] = {
		{{"https://h:8443", CA, NULL, NULL, MAC}, ERR_NONE, ""},
		{{"https://h:8443/", CA, PIN, "abc-._~+/=", MAC}, ERR_NONE, ""},
		{{"https://h", CA, NULL, NULL, ""}, ERR_NONE, ""},
		{{"https://h", CA, NULL, NULL, NULL}, ERR_NONE, ""},
		{{"http://h", CA, NULL, NULL, MAC}, ERR_URL, "only https://"},
		{{"https://h/x", CA, NULL, NULL, MAC}, ERR_URL, "\"/x\""},
		{{"https://h?x", CA, NULL, NULL, MAC}, ERR_URL, "\"/?x\""},
		{{"https://h", CA, "sha256:00", NULL, MAC}, ERR_TLS_PIN, "\"sha256:00\""},
		{{"https://h", CA, NULL, "se cret", MAC}, ERR_MACHINE_BOOT_PARAM, "1 to 256"},
		{{"https://h", CA, NULL, "", MAC}, ERR_MACHINE_BOOT_PARAM, "1 to 256"},
		{{"https://h", CA, NULL, NULL, "52:54:00:12:34"},
		 ERR_MACHINE_NET,
		 "\"52:54:00:12:34\""},
		{{"https://h", CA, NULL, NULL, "52-54-00-12-34-56"}, ERR_MACHINE_NET, "52-54"},
		{{"https://h", CA, NULL, NULL, MAC "0"}, ERR_MACHINE_NET, MAC},
		{{"https://h", "/nowhere/ca.pem", NULL, NULL, MAC}, ERR_IO, "can't be read"},
		{{"https://h", "/dev/null", NULL, NULL, MAC}, ERR_TLS, "no certificate"},
		{{"https://h", "/dev/zero", NULL, NULL, MAC}, ERR_TLS, "longer than"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct service *service = NULL;
		struct err err = ERR_INIT;

		print_message("%s %s\n", rows[i].config.url, rows[i].config.ca_file);
		assert_int_equal(service_new(&service, &rows[i].config, &err),
				 rows[i].code ? -1 : 0);
		assert_int_equal(err.code, rows[i].code);
		assert_non_null(strstr(err.msg, rows[i].message));
		assert_null(strstr(err.msg, "cret"));
		service_free(service);
	}
}

/* The only answer that is there, or none with 0. */
static void answer_with(int status, const char *body, size_t count)
{
	static struct fake_answer script;

	script = (struct fake_answer){.status = status, .body = body};
	fake_script(&script, count);
}

static struct service *make(void)
{
	static const struct service_config config = {"https://[fd00::1]:8443", CA, PIN, NULL, MAC};
	struct service *service;

	assert_int_equal(service_new(&service, &config, NULL), 0);
	return service;
}

static void pins_are_read(void **state)
{
	struct service *service = make();

	(void)state;
	assert_true(service->pinned);
	for (unsigned i = 0; i < PIN_SIZE; i++)
		assert_int_equal(service->pin[i], i);
	service_free(service);
}

static void hellos_are_read(void **state)
{
	static const struct fake_answer good = {
		.status = 200,
		.body = "{\"service\":\"newroot-server 0.1\",\"time\":1800000000,\"hold\":true}"};
	struct service *service = make();
	struct err err = ERR_INIT;
	struct hello hello;

	(void)state;
	fake_script(&good, 1);
	assert_int_equal(service_hello(service, false, &hello, &err), 0);
	assert_string_equal(fake.url, "https://[fd00::1]:8443/v1/hello?mac=" MAC);
	assert_string_equal(hello.name, "newroot-server 0.1");
	assert_int_equal(hello.time, 1800000000);
	assert_true(hello.hold);
	service_free(service);
}

/* The refusal comes before the clock of the machine that runs this test would be touched. */
static void clocks_beyond_belief_are_refused(void **state)
{
	static const char *const times[] = {"0", "1699999999", "4102444800", "-1",
					    "9223372036854775807"};
	struct service *service = make();

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		char body[128];
		const struct fake_answer answer = {.status = 200, .body = body};
		struct err err = ERR_INIT;
		struct hello hello;

		snprintf(body, sizeof(body), "{\"service\":\"s\",\"time\":%s,\"hold\":false}",
			 times[i]);
		fake_script(&answer, 1);
		assert_int_equal(service_hello(service, true, &hello, &err), -1);
		assert_int_equal(err.code, ERR_SERVICE_ANSWER);
	}
	service_free(service);
}

static void events_are_posted(void **state)
{
	static const struct {
		const char *body;
		struct events_answer answer;
	} good[] = {
		{"{\"taken\":7,\"hold\":false}", {.taken = 7}},
		{"{\"taken\":0,\"hold\":true,\"again\":false}", {.hold = true}},
		{"{\"taken\":8,\"hold\":false,\"again\":true}", {.taken = 8, .again = true}},
		{"{\"taken\":9,\"hold\":false,\"again\":false,\"cutover\":true}",
		 {.taken = 9, .cutover = true}},
	};
	static const char *const bad[] = {
		"{\"taken\":-1,\"hold\":false}",
		"{\"taken\":\"7\",\"hold\":false}",
		"{\"taken\":7}",
		"{\"taken\":7,\"hold\":false,\"again\":1}",
		"{\"taken\":7,\"hold\":false,\"again\":false,\"cutover\":1}",
		"null",
		"",
	};
	struct service *service = make();
	struct events_answer answer;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		answer_with(200, good[i].body, 1);
		assert_int_equal(service_post_events(service, "[1]", 3, &answer, NULL), 0);
		assert_string_equal(fake.method, "POST");
		assert_string_equal(fake.body, "[1]");
		assert_int_equal(answer.taken, good[i].answer.taken);
		assert_int_equal(answer.hold, good[i].answer.hold);
		assert_int_equal(answer.again, good[i].answer.again);
		assert_int_equal(answer.cutover, good[i].answer.cutover);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = ERR_INIT;

		answer_with(200, bad[i], 1);
		assert_int_equal(service_post_events(service, "[]", 2, &answer, &err), -1);
		assert_int_equal(err.code, ERR_SERVICE_ANSWER);
	}
	service_free(service);
}

#define BOOT "01234567-89ab-cdef-0123-456789abcdef"

static void jobs_are_got(void **state)
{
	static const struct {
		const char *boot;
		bool look;
		const char *url;
	} rows[] = {
		{BOOT, false, "https://[fd00::1]:8443/v1/job?mac=" MAC "&boot=" BOOT},
		{BOOT, true, "https://[fd00::1]:8443/v1/job?mac=" MAC "&boot=" BOOT "&mode=plan"},
		{NULL, true, "https://[fd00::1]:8443/v1/job?mac=" MAC "&mode=plan"},
	};
	static const struct fake_answer good = {.status = 200, .body = "{\"newroot\":1}"};
	struct service *service = make();
	char *text;
	size_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		fake_script(&good, 1);
		assert_int_equal(
			service_job(service, rows[i].boot, rows[i].look, &text, &size, NULL), 0);
		assert_string_equal(fake.url, rows[i].url);
		assert_string_equal(text, good.body);
		free(text);
	}
	service_free(service);
}

static void refused_jobs_have_their_reason(void **state)
{
	static const struct {
		int status;
		enum err_code code;
	} rows[] = {{404, ERR_HTTP_STATUS}, {403, ERR_HTTP_STATUS}, {409, ERR_SERVICE_NOT_ARMED}};
	struct service *service = make();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;
		char *text;
		size_t size;

		/* A second request would find the script at its end: it is not tried again. */
		answer_with(rows[i].status, "", 1);
		assert_int_equal(service_job(service, BOOT, false, &text, &size, &err), -1);
		assert_int_equal(err.code, rows[i].code);
	}
	service_free(service);
}

/* A service that keeps no plans has shown none. */
static void a_shown_plan_is_asked_for(void **state)
{
	static const struct {
		int status, ret;
	} rows[] = {{200, 0}, {404, 0}, {403, -1}};
	struct service *service = make();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct fake_answer script = {.status = rows[i].status, .body = "{}"};
		char *text;
		size_t size;

		fake_script(&script, 1);
		assert_int_equal(service_plan(service, &text, &size, NULL), rows[i].ret);
		assert_non_null(strstr(fake.url, "/v1/plan?mac="));
		assert_int_equal(text != NULL, rows[i].status == 200);
		free(text);
	}
	service_free(service);
}

/* Of the service's own archives, by the same path; what it doesn't know, or others' are, is no error. */
static void facts_are_asked_for(void **state)
{
	static const struct {
		const char *url;
		int status;
		const char *asked; /* NULL: nobody is */
		int ret;
	} rows[] = {
		{"https://[fd00::1]:8443/v1/archives/vm1/root%20a.tar?x=1", 200,
		 "https://[fd00::1]:8443/v1/facts/vm1/root%20a.tar", 0},
		{"https://[fd00::1]:8443/v1/archives/new.tar", 404,
		 "https://[fd00::1]:8443/v1/facts/new.tar", 0},
		{"https://[fd00::1]:8443/v1/archives/x", 403, "https://[fd00::1]:8443/v1/facts/x",
		 -1},
		{"https://[fd00::1]:8443/v1/boot/x", 0, NULL, 0},
		{"https://[fd00::1]:844/v1/archives/x", 0, NULL, 0},
		{"nfs://10.0.0.1/v1/archives/x", 0, NULL, 0},
	};
	struct service *service = make();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct fake_answer script = {.status = rows[i].status, .body = "{}"};
		char *text;
		size_t size;

		fake_script(&script, rows[i].asked ? 1 : 0);
		assert_int_equal(service_facts(service, rows[i].url, 100, &text, &size, NULL),
				 rows[i].ret);
		if (rows[i].asked)
			assert_string_equal(fake.url, rows[i].asked);
		assert_int_equal(text != NULL, rows[i].status == 200);
		free(text);
	}
	service_free(service);
}

/* The first question is answered at once; later ones wait until the state is another. */
static void peers_are_asked_for(void **state)
{
	static const struct fake_answer answers[] = {
		{.status = 200,
		 .body = "{\"name\":\"db1\",\"state\":\"needs provisioning\",\"complete\":false}"},
		{.status = 200,
		 .body = "{\"name\":\"db1\",\"state\":\"cut over\",\"complete\":true}"},
	};
	static const char url[] = "https://[fd00::1]:8443/v1/peers/db1.x/state?mac=" MAC;
	struct service *service = make();
	struct peer peer = {0};

	(void)state;
	fake_script(answers, 2);
	assert_int_equal(service_peer(service, "db1.x", &peer, NULL), 0);
	assert_string_equal(fake.url, url);
	assert_string_equal(peer.state, "needs provisioning");
	assert_false(peer.complete);
	assert_int_equal(service_peer(service, "db1.x", &peer, NULL), 0);
	assert_memory_equal(fake.url, url, strlen(url));
	assert_string_equal(fake.url + strlen(url), "&not=needs%20provisioning&wait=10");
	assert_string_equal(peer.state, "cut over");
	assert_true(peer.complete);
	service_free(service);
}

static void peers_that_are_none(void **state)
{
	static const struct {
		struct fake_answer answer;
		enum err_code code;
	} rows[] = {
		{{.status = 404, .body = ""}, ERR_SERVICE_PEER},
		{{.status = 403, .body = ""}, ERR_HTTP_STATUS},
		{{.status = 503, .body = ""}, ERR_HTTP_BUSY},
		{{.begin = ERR_NET_TIMEOUT}, ERR_NET_TIMEOUT},
		{{.status = 200, .body = "{}"}, ERR_SERVICE_ANSWER},
		{{.status = 200, .body = "{\"state\":\"\",\"complete\":false}"},
		 ERR_SERVICE_ANSWER},
		{{.status = 200, .body = "{\"state\":\"error\",\"complete\":0}"},
		 ERR_SERVICE_ANSWER},
	};
	struct service *service = make();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct peer peer = {.state = "error"};
		struct err err = ERR_INIT;

		fake_script(&rows[i].answer, 1);
		assert_int_equal(service_peer(service, "db1", &peer, &err), -1);
		assert_int_equal(err.code, rows[i].code);
		assert_non_null(strstr(err.msg, "the peer \"db1\": "));
	}
	service_free(service);
}

static char *text_of(const char *path)
{
	static char text[8192];
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* The request says which anchors there are; others take their place, in the file, too, and stay there. */
static void anchors_are_learnt(void **state)
{
	const struct fake_answer script = {
		.status = 200, .body = "{\"taken\":1,\"hold\":false,\"anchors\":\"PEM\"}"};
	char path[] = "/tmp/newroot-anchors-XXXXXX", two[8192], id[TRUST_ID_TEXT];
	struct service_config config = {"https://h", path, NULL, NULL, MAC};
	struct events_answer answer;
	struct service *service;
	struct err err = ERR_INIT;

	(void)state;
	close(mkstemp(path));
	write_text(path, text_of(CA));
	snprintf(two, sizeof(two), "%s%s", text_of(CA), text_of(CA));
	assert_int_equal(service_new(&service, &config, NULL), 0);
	fake_script(&script, 1);
	assert_int_equal(service_post_events(service, "[1]", 3, &answer, NULL), 0);
	assert_string_equal(answer.anchors, "PEM");
	free(answer.anchors);
	assert_non_null(strstr(fake.url, service->trust.id));
	assert_int_equal(anchors_learn(service, "no PEM\n", &err), -1);
	assert_int_equal(err.code, ERR_TLS);
	assert_int_equal(service->trust.count, 1);
	assert_int_equal(anchors_learn(service, two, NULL), 1);
	assert_int_equal(service->trust.count, 2);
	assert_string_equal(text_of(path), two);
	assert_int_equal(anchors_learn(service, two, NULL), 0);
	trust_id(id, two, strlen(two));
	assert_string_equal(service->trust.id, id);
	/* Another program has learnt. */
	write_text(path, text_of(CA));
	anchors_follow(service);
	assert_int_equal(service->trust.count, 1);
	write_text(path, "rubbish");
	anchors_follow(service);
	assert_int_equal(service->trust.count, 1);
	anchors_tell(service, "another");
	fake_script(&script, 1);
	assert_int_equal(service_post_events(service, "[1]", 3, &answer, NULL), 0);
	free(answer.anchors);
	assert_non_null(strstr(fake.url, "anchors=another"));
	service_free(service);
	assert_int_equal(unlink(path), 0);
}

static void clock_texts_are_readable(void **state)
{
	char text[CLOCK_TEXT];
	bool sure;

	(void)state;
	assert_string_equal(clock_text(1800000000, text), "2027-01-15T08:00:00Z");
	assert_string_equal(clock_text(0, text), "1970-01-01T00:00:00Z");
	assert_true(strlen(clock_text(INT64_MAX, text)) > 0);
	assert_false(clock_plausible(NEWROOT_BUILD_TIME - 1));
	assert_true(clock_plausible(NEWROOT_BUILD_TIME));
	assert_true(clock_now(&sure) >= NEWROOT_BUILD_TIME);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(configurations_are_checked),
		cmocka_unit_test(pins_are_read),
		cmocka_unit_test(hellos_are_read),
		cmocka_unit_test(clocks_beyond_belief_are_refused),
		cmocka_unit_test(events_are_posted),
		cmocka_unit_test(jobs_are_got),
		cmocka_unit_test(refused_jobs_have_their_reason),
		cmocka_unit_test(facts_are_asked_for),
		cmocka_unit_test(a_shown_plan_is_asked_for),
		cmocka_unit_test(peers_are_asked_for),
		cmocka_unit_test(peers_that_are_none),
		cmocka_unit_test(anchors_are_learnt),
		cmocka_unit_test(clock_texts_are_readable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
