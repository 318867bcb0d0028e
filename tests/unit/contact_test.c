/* The first two steps against a played service: patience where it helps, every error of a job shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/service.h"
#include "service/wait.h"
#include "steps/step.h"

#define SHA256 "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

struct service {
	int unused;
};

static struct service service;
static const enum err_code *script; /* of service_hello(), ERR_NONE: it answers */
static unsigned hellos;
static unsigned retry_after_s; /* that each refusal tells */
static const char *job_text, *asked_boot;
static bool asked_to_look;
static struct params params;
static char notes[8192];

int service_hello(struct service *unused, bool set_clock, struct hello *hello, struct err *err)
{
	enum err_code code = script[hellos++];

	(void)unused;
	assert_true(set_clock);
	if (code) {
		err_set(err, code, "https://h/", "as the script says");
		err->retry_after_s = retry_after_s;
		return -1;
	}
	*hello = (struct hello){.name = "newroot-server 0.1", .time = 1800000000, .hold = true};
	return 0;
}

int service_job(struct service *unused, const char *boot, bool look, char **text, size_t *size,
		struct err *err)
{
	(void)unused;
	asked_boot = boot;
	asked_to_look = look;
	if (!job_text)
		return err_set(err, ERR_HTTP_STATUS, "https://h/v1/job",
			       "the answer is 404 Not Found");
	*text = strdup(job_text);
	*size = strlen(job_text);
	return *text ? 0 : -1;
}

__attribute__((format(printf, 1, 2))) static void note(const char *fmt, ...)
{
	size_t used = strlen(notes);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(notes + used, sizeof(notes) - used - 1, fmt, ap);
	va_end(ap);
	strcat(notes, "\n");
}

static unsigned count(const char *text)
{
	unsigned n = 0;

	for (const char *p = notes; (p = strstr(p, text)); p++)
		n++;
	return n;
}

static int run(const struct step *step, struct context *ctx, struct arena *arena, struct err *err)
{
	*ctx = (struct context){
		.service = &service, .boot = "b", .params = &params, .note = note, .arena = arena};
	*notes = '\0';
	hellos = 0;
	return step->run(ctx, err);
}

static void silence_is_borne(void **state)
{
	static const enum err_code answers[] = {ERR_NET_CONNECT, ERR_NET_CONNECT, ERR_HTTP_BUSY,
						ERR_NONE};
	struct arena arena = {0};
	struct err err = ERR_INIT;
	struct context ctx;

	(void)state;
	script = answers;
	assert_int_equal(run(&step_contact, &ctx, &arena, &err), 0);
	assert_int_equal(hellos, 4);
	assert_int_equal(count("trying again"), 2);
	assert_int_equal(
		count("newroot-server 0.1 answers at 2027-01-15T08:00:00Z; it holds this VM"), 1);
	assert_int_equal(err.code, ERR_NONE);
}

static void busy_service_is_left_alone_as_long_as_it_asks(void **state)
{
	static const enum err_code answers[] = {ERR_HTTP_BUSY, ERR_NONE};
	const uint64_t began = wait_now();
	struct arena arena = {0};
	struct err err = ERR_INIT;
	struct context ctx;

	(void)state;
	script = answers;
	retry_after_s = 2;
	assert_int_equal(run(&step_contact, &ctx, &arena, &err), 0);
	retry_after_s = 0;
	assert_true(wait_now() - began >= 2000);
}

static void wrong_certificate_is_not(void **state)
{
	static const enum err_code codes[] = {ERR_TLS_UNTRUSTED,  ERR_TLS_EXPIRED,
					      ERR_TLS_NAME,       ERR_TLS_PIN,
					      ERR_SERVICE_ANSWER, ERR_HTTP_STATUS};
	struct arena arena = {0};
	struct context ctx;

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		struct err err = ERR_INIT;

		script = &codes[i];
		assert_int_equal(run(&step_contact, &ctx, &arena, &err), -1);
		assert_int_equal(err.code, codes[i]);
		assert_int_equal(hellos, 1);
	}
}

static void job_is_kept(void **state)
{
	struct arena arena = {0};
	struct err err = ERR_INIT;
	struct context ctx;

	(void)state;
	job_text =
		"{\"newroot\":1,\"volumes\":[{\"name\":\"root\",\"size\":\"rest\",\"mount\":\"/\"}],"
		"\"archives\":[{\"to\":\"/\",\"url\":\"https://h/root.tar\",\"sha256\":\"" SHA256
		"\"}]}";
	if (run(&step_fetch, &ctx, &arena, &err))
		fail_msg("%s%s", notes, err.msg);
	assert_non_null(ctx.job);
	assert_int_equal(ctx.job->volume_count, 1);
	assert_memory_equal(ctx.job->text, job_text, strlen(job_text));
	assert_int_equal(ctx.bytes, strlen(job_text));
	assert_string_equal(asked_boot, "b");
	assert_false(asked_to_look);
	params.mode = MODE_PLAN;
	assert_int_equal(run(&step_fetch, &ctx, &arena, &err), 0);
	assert_true(asked_to_look);
	params.mode = MODE_INSTALL;
	arena_free(&arena);
}

static void all_errors_of_a_job_are_told(void **state)
{
	struct arena arena = {0};
	struct err err = ERR_INIT;
	struct context ctx;

	(void)state;
	job_text = "{\"newroot\":1,\"colour\":1,\"volumes\":[{\"name\":\"root\",\"size\":\"x\","
		   "\"mount\":\"/\"}],"
		   "\"archives\":[{\"to\":\"/\",\"url\":\"http://h/root.tar\",\"sha256\":\"" SHA256
		   "\"}]}";
	assert_int_equal(run(&step_fetch, &ctx, &arena, &err), -1);
	assert_null(ctx.job);
	assert_int_equal(count("error "), 3);
	assert_int_equal(count(" of 3 ["), 3);
	assert_non_null(strstr(err.msg, "3 errors"));
	arena_free(&arena);
}

static void no_job_is_an_error(void **state)
{
	struct arena arena = {0};
	struct err err = ERR_INIT;
	struct context ctx;

	(void)state;
	job_text = NULL;
	assert_int_equal(run(&step_fetch, &ctx, &arena, &err), -1);
	assert_int_equal(err.code, ERR_HTTP_STATUS);
	assert_non_null(strstr(err.msg, "no job for this VM"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence_is_borne),
		cmocka_unit_test(busy_service_is_left_alone_as_long_as_it_asks),
		cmocka_unit_test(wrong_certificate_is_not),
		cmocka_unit_test(job_is_kept),
		cmocka_unit_test(all_errors_of_a_job_are_told),
		cmocka_unit_test(no_job_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
