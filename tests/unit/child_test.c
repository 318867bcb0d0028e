/* Children and pipelines: what they do, and how each way to fail is told. */
#include "base/child.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <cmocka.h>

#define MANY (3 * 1024 * 1024) /* more than any pipe holds */

static int produce(void *arg, struct err *err)
{
	char block[4096];
	size_t total = *(size_t *)arg;

	memset(block, 'x', sizeof(block));
	for (size_t done = 0; done < total; done += sizeof(block)) {
		if (write(STDOUT_FILENO, block, sizeof(block)) != (ssize_t)sizeof(block))
			return err_sys(err, ERR_IO, "pipe", "cannot write");
		child_progress(done + sizeof(block), total);
	}
	return 0;
}

static int consume(void *arg, struct err *err)
{
	char block[65536];
	size_t total = 0;
	ssize_t got;

	while ((got = read(STDIN_FILENO, block, sizeof(block))) > 0)
		total += (size_t)got;
	if (total != *(size_t *)arg)
		return err_set(err, ERR_ARCHIVE_TRUNCATED, "stdin", "got %zu bytes", total);
	return 0;
}

static int refuse(void *arg, struct err *err)
{
	fprintf(stderr, "first words\nlast words\n");
	return err_set(err, ERR_FORMAT, arg, "no \"%s\"", (const char *)arg);
}

static int crash(void *arg, struct err *err)
{
	(void)arg;
	(void)err;
	fprintf(stderr, "about to crash");
	raise(SIGKILL);
	return 0;
}

static int sleep_long(void *arg, struct err *err)
{
	(void)arg;
	(void)err;
	sleep(60);
	return 0;
}

static void tool_output_is_captured(void **state)
{
	const char *argv[] = {"printf", "%s %s", "a b", "c", NULL};
	char out[16];
	struct child child = {.name = "printf", .argv = argv, .out = out, .out_size = sizeof(out)};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(child_run(&child, NULL, &err), 0);
	assert_string_equal(out, "a b c");
	argv[1] = "0123456789abcdefgh";
	assert_int_equal(child_run(&child, NULL, &err), 0);
	assert_string_equal(out, "0123456789abcde");
}

static int say(void *arg, struct err *err)
{
	(void)err;
	return fputs(arg, stdout) < 0 ? -1 : 0;
}

/* What the parent has printed, but not flushed, is no output of its child. */
static void parents_buffer_stays_its_own(void **state)
{
	char out[64], word[] = "child";
	struct child child = {
		.name = "say", .fn = say, .arg = word, .out = out, .out_size = sizeof(out)};

	(void)state;
	printf("parent ");
	assert_int_equal(child_run(&child, NULL, NULL), 0);
	assert_string_equal(out, "child");
}

static void tool_failure_has_status_and_words(void **state)
{
	const char *argv[] = {"sh", "-c", "echo one; echo two >&2; exit 3", NULL};
	struct child child = {.name = "sh", .argv = argv, .code = ERR_LVM};
	const char *const *lines;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(child_run(&child, NULL, &err), -1);
	assert_int_equal(err.code, ERR_LVM);
	assert_non_null(strstr(err.msg, "exit status 3: two"));
	assert_int_equal(child_last_words(&lines), 2);
	assert_string_equal(lines[0], "one");
}

static void missing_tool_is_named(void **state)
{
	const char *argv[] = {"no-such-tool", NULL};
	struct child child = {.name = "no-such-tool", .argv = argv};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(child_run(&child, NULL, &err), -1);
	assert_int_equal(err.code, ERR_CHILD_FAILED);
	assert_int_equal(err.sys, ENOENT);
}

static void function_error_comes_back_whole(void **state)
{
	struct child child = {.name = "fail", .fn = refuse, .arg = "disk"};
	const char *const *lines;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(child_run(&child, NULL, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_string_equal(err.where, "disk");
	assert_string_equal(err.msg, "no \"disk\"");
	assert_int_equal(child_last_words(&lines), 2);
	assert_string_equal(lines[1], "last words");
}

static void crash_is_a_failure_with_last_words(void **state)
{
	struct child child = {.name = "crash", .fn = crash};
	const char *const *lines;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(child_run(&child, NULL, &err), -1);
	assert_int_equal(err.code, ERR_CHILD_DIED);
	assert_non_null(strstr(err.msg, "out of memory"));
	assert_int_equal(child_last_words(&lines), 1);
	assert_string_equal(lines[0], "about to crash");
}

static void stalled_child_is_ended(void **state)
{
	struct child child = {.name = "slow", .fn = sleep_long, .stall_s = 1};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(child_run(&child, NULL, &err), -1);
	assert_int_equal(err.code, ERR_CHILD_TIMEOUT);
}

/* The few bytes that it read became many, which a slow disk takes its time for. */
static int swell(void *arg, struct err *err)
{
	char block[4096];

	(void)arg;
	(void)err;
	for (int i = 0; i < 15; i++) {
		usleep(200 * 1000);
		child_alive();
	}
	while (read(STDIN_FILENO, block, sizeof(block)) > 0)
		continue;
	return 0;
}

static void a_stage_whose_reader_moves_is_not_stalled(void **state)
{
	size_t total = MANY;
	struct child stages[] = {
		{.name = "produce", .fn = produce, .arg = &total, .stall_s = 1},
		{.name = "swell", .fn = swell},
	};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(child_pipeline(stages, 2, NULL, &err), 0);
}

static uint64_t progress_done, progress_total;

static void on_progress(void *ctx, const char *item, uint64_t done, uint64_t total)
{
	(void)ctx;
	assert_string_equal(item, "produce");
	assert_true(done >= progress_done);
	progress_done = done;
	progress_total = total;
}

static void pipeline_carries_everything(void **state)
{
	const char *argv[] = {"cat", NULL};
	size_t total = MANY;
	struct child stages[] = {
		{.name = "produce", .fn = produce, .arg = &total},
		{.name = "cat", .argv = argv},
		{.name = "consume", .fn = consume, .arg = &total},
	};
	struct child_watch watch = {.progress = on_progress};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(child_pipeline(stages, 3, &watch, &err), 0);
	assert_int_equal(progress_done, MANY);
	assert_int_equal(progress_total, MANY);
}

/* The consumer's reason is told, not the broken pipes it causes upstream. */
static void pipeline_blames_the_cause(void **state)
{
	const char *argv[] = {"cat", NULL};
	size_t total = MANY;
	struct child stages[] = {
		{.name = "produce", .fn = produce, .arg = &total},
		{.name = "cat", .argv = argv},
		{.name = "fail", .fn = refuse, .arg = "space"},
	};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(child_pipeline(stages, 3, NULL, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_string_equal(err.where, "space");
}

/* When upstream fails, its reason wins over the short input it leaves downstream. */
static void pipeline_blames_upstream_first(void **state)
{
	size_t total = MANY;
	struct child stages[] = {
		{.name = "fail", .fn = refuse, .arg = "net"},
		{.name = "consume", .fn = consume, .arg = &total},
	};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(child_pipeline(stages, 2, NULL, &err), -1);
	assert_string_equal(err.where, "net");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tool_output_is_captured),
		cmocka_unit_test(parents_buffer_stays_its_own),
		cmocka_unit_test(tool_failure_has_status_and_words),
		cmocka_unit_test(missing_tool_is_named),
		cmocka_unit_test(function_error_comes_back_whole),
		cmocka_unit_test(crash_is_a_failure_with_last_words),
		cmocka_unit_test(stalled_child_is_ended),
		cmocka_unit_test(a_stage_whose_reader_moves_is_not_stalled),
		cmocka_unit_test(pipeline_carries_everything),
		cmocka_unit_test(pipeline_blames_the_cause),
		cmocka_unit_test(pipeline_blames_upstream_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
