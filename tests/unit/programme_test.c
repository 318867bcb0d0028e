/* The loop over the step table: order, holds, a new start, and what is released when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/kmsg.h"
#include "console.h"
#include "programme.h"
#include "service/report.h"

/* What happened, in one line, and how the service answers. */
static struct {
	char told[2048];
	int held, again; /* questions until the answer changes; -1: never */
	const char *fails;
	const char *wanted_after; /* the step during which the service wants a new start */
	bool again_now;
} fake;

__attribute__((format(printf, 1, 2))) static void tell(const char *fmt, ...)
{
	size_t used = strlen(fake.told);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(fake.told + used, sizeof(fake.told) - used, fmt, ap);
	va_end(ap);
	strncat(fake.told, "; ", sizeof(fake.told) - strlen(fake.told) - 1);
}

void report_begin(const char *step)
{
	tell("begin %s", step);
}

void report_end(const char *step, bool ok, uint64_t ms, uint64_t bytes)
{
	(void)ms;
	(void)bytes;
	tell("end %s%s", step, ok ? "" : " failed");
}

void report_progress(const char *step, const char *item, uint64_t done, uint64_t total,
		     uint64_t rate)
{
	(void)rate;
	tell("progress %s %s %ju/%ju", step, item, (uintmax_t)done, (uintmax_t)total);
}

void report_note(const char *text)
{
	tell("note %s", text);
}

void report_wait(const char *reason)
{
	tell("wait \"%s\"", reason);
}

void report_heartbeat(void)
{
	tell("heartbeat");
}

void report_error(const char *step, const struct err *err, const char *const *stderr_lines,
		  size_t stderr_count, const char *const *kernel_lines, size_t kernel_count)
{
	(void)stderr_lines;
	(void)stderr_count;
	(void)kernel_lines;
	(void)kernel_count;
	tell("error %s %s", step, err_name(err->code));
}

bool report_held(void)
{
	return fake.held && fake.held-- != 0;
}

bool report_again(void)
{
	return fake.again_now || (fake.again > 0 && --fake.again == 0 && (fake.again_now = true));
}

void console_note(const char *text)
{
	(void)text;
}

void console_begin(const char *step, const char *summary)
{
	(void)step;
	(void)summary;
}

void console_progress(const char *item, uint64_t done, uint64_t total, uint64_t rate)
{
	(void)item;
	(void)done;
	(void)total;
	(void)rate;
}

void console_end(const char *step, uint64_t ms, uint64_t bytes)
{
	(void)step;
	(void)ms;
	(void)bytes;
}

void console_error(const char *step, const struct err *err)
{
	(void)step;
	(void)err;
}

size_t kmsg_tail(const char *part, const char *const **lines)
{
	(void)part;
	*lines = NULL;
	return 0;
}

size_t child_last_words(const char *const **lines)
{
	*lines = NULL;
	return 0;
}

static int work(const char *name, struct err *err)
{
	tell("run %s", name);
	if (fake.wanted_after && !strcmp(fake.wanted_after, name))
		fake.again_now = true;
	if (fake.fails && !strcmp(fake.fails, name))
		return err_set(err, ERR_LVM, name, "it fails");
	return 0;
}

#define STEP(name)                                                                                 \
	static int run_##name(struct context *ctx, struct err *err)                                \
	{                                                                                          \
		(void)ctx;                                                                         \
		return work(#name, err);                                                           \
	}
#define UNDONE(name)                                                                               \
	static int release_##name(struct context *ctx, struct err *err)                            \
	{                                                                                          \
		(void)ctx;                                                                         \
		(void)err;                                                                         \
		tell("release %s", #name);                                                         \
		return 0;                                                                          \
	}                                                                                          \
	static int adopt_##name(struct context *ctx, struct err *err)                              \
	{                                                                                          \
		(void)ctx;                                                                         \
		tell("adopt %s", #name);                                                           \
		return fake.fails && !strcmp(fake.fails, "adopt " #name)                           \
			       ? err_set(err, ERR_MOUNT, #name, "it is someone else's")            \
			       : 0;                                                                \
	}

STEP(one)
STEP(two)
STEP(three)
UNDONE(one)
UNDONE(two)

static const struct step
	step_one = {.name = "one", .run = run_one, .release = release_one, .adopt = adopt_one},
	step_two = {.name = "two", .run = run_two, .release = release_two, .adopt = adopt_two},
	step_three = {.name = "three", .run = run_three, .refresh = true};

const struct step *const steps[] = {&step_one, &step_two, &step_three, NULL};

static const struct range all = {&step_one, &step_three}, last = {&step_three, &step_three};

static int run(struct range range, bool keep, struct err *err)
{
	struct context ctx = {0};

	*err = (struct err)ERR_INIT;
	return programme_run(&ctx, range, keep, err);
}

static int set_up(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	return 0;
}

static void steps_run_in_order(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(run(all, false, &err), 0);
	assert_string_equal(
		fake.told,
		"begin one; run one; end one; begin two; run two; end two; begin three; run three; end three; release two; release one; ");
}

static void failure_releases_what_began(void **state)
{
	struct err err;

	(void)state;
	fake.fails = "two";
	assert_int_equal(run(all, false, &err), -1);
	assert_int_equal(err.code, ERR_LVM);
	assert_string_equal(
		fake.told,
		"begin one; run one; end one; begin two; run two; end two failed; error two step.lvm; release two; release one; ");
}

static void hold_is_shown_at_once(void **state)
{
	struct err err;

	(void)state;
	fake.held = 3;
	assert_int_equal(run(all, true, &err), 0);
	assert_ptr_equal(
		strstr(fake.told,
		       "note held before one by the service; waiting to be released; wait \"held before one\"; "),
		fake.told);
	assert_non_null(strstr(fake.told, "wait \"\"; note released; begin one; "));
}

/* Before the first event there was none to be late: the heartbeat goes out at once. */
static void held_machine_lives(void **state)
{
	struct err err;

	(void)state;
	fake.held = 3;
	run(all, true, &err);
	assert_non_null(strstr(fake.told, "heartbeat; "));
}

static void new_start_stops_at_the_boundary(void **state)
{
	struct err err;

	(void)state;
	fake.wanted_after = "one";
	assert_int_equal(run(all, false, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE_AGAIN);
	assert_string_equal(
		fake.told,
		"begin one; run one; end one; note stopped before two: the service wants this machine to begin anew; release one; ");
}

static void held_machine_begins_anew(void **state)
{
	struct err err;

	(void)state;
	fake.held = -1;
	fake.again = 4;
	assert_int_equal(run(all, false, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE_AGAIN);
	assert_non_null(strstr(fake.told, "wait \"held before one\"; "));
	assert_non_null(strstr(fake.told, "wait \"\"; note stopped before one: "));
	assert_null(strstr(fake.told, "begin one"));
	assert_null(strstr(fake.told, "; release "));
}

/* Told as an error it would put the VM into error, which is armed already. */
static void failure_of_what_is_given_up_is_a_note(void **state)
{
	struct err err;

	(void)state;
	fake.wanted_after = fake.fails = "two";
	assert_int_equal(run(all, false, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE_AGAIN);
	assert_null(strstr(fake.told, "; error"));
	assert_non_null(strstr(fake.told, "end two failed; note two failed: two: it fails; note "));
	assert_non_null(strstr(fake.told, "release two; release one; "));
}

static void what_was_taken_up_is_let_go(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(run(last, false, &err), 0);
	assert_string_equal(
		fake.told,
		"adopt one; adopt two; begin three; run three; end three; release two; release one; ");
	set_up(NULL);
	assert_int_equal(run(last, true, &err), 0);
	assert_null(strstr(fake.told, "; release "));
}

static void what_is_someone_elses_is_left_alone(void **state)
{
	struct err err;

	(void)state;
	fake.fails = "adopt two";
	assert_int_equal(run(last, false, &err), -1);
	assert_string_equal(fake.told, "adopt one; adopt two; error two step.mount; ");
}

/* `apply --volume`: what is not about volumes is as it was. */
static void what_is_left_alone_is_taken_up(void **state)
{
	static const char *names[] = {"data"};
	struct context ctx = {.volumes = {.item = names, .count = 1}};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(programme_run(&ctx, all, false, &err), 0);
	assert_string_equal(
		fake.told,
		"adopt one; adopt two; begin three; run three; end three; release two; release one; ");
	set_up(NULL);
	fake.fails = "adopt two";
	assert_int_equal(programme_run(&ctx, all, false, &err), -1);
	assert_non_null(strstr(fake.told, "error two step.mount; "));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	static const struct CMUnitTest tests[] = {
		TEST(held_machine_lives),
		TEST(steps_run_in_order),
		TEST(failure_releases_what_began),
		TEST(hold_is_shown_at_once),
		TEST(new_start_stops_at_the_boundary),
		TEST(held_machine_begins_anew),
		TEST(failure_of_what_is_given_up_is_a_note),
		TEST(what_was_taken_up_is_let_go),
		TEST(what_is_someone_elses_is_left_alone),
		TEST(what_is_left_alone_is_taken_up),
	};

	return cmocka_run_group_tests_name("programme", tests, NULL, NULL);
}
