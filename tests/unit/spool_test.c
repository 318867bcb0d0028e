/* The spool: numbers without gaps, what may be dropped, and what survives in its file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "service/event.h"
#include "service/spool.h"

static char path[64];

static int make_path(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/newroot-spool-%d", getpid());
	return 0;
}

static int remove_file(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);

static int syncs;

int __wrap_fsync(int fd)
{
	syncs++;
	return __real_fsync(fd);
}

static void add(struct spool *spool, const char *type, const char *text)
{
	json_t *event = event_new(type, "unpack");

	event_set_text(event, strcmp(type, "progress") ? "text" : "item", text);
	spool_add(spool, event);
}

static uint64_t seq(const json_t *batch, size_t i)
{
	return (uint64_t)json_integer_value(json_object_get(json_array_get(batch, i), "seq"));
}

static const char *type_of(const json_t *batch, size_t i)
{
	return json_string_value(json_object_get(json_array_get(batch, i), "type"));
}

static void open_as(struct spool *spool, const char *file, const char *boot)
{
	struct err err = ERR_INIT;

	assert_int_equal(spool_open(spool, file, boot, &err), 0);
	assert_int_equal(err.code, ERR_NONE);
}

static void open_spool(struct spool *spool, const char *file)
{
	open_as(spool, file, NULL);
}

static void numbers_begin_at_one_and_have_no_gaps(void **state)
{
	struct spool spool;
	const json_t *batch;

	(void)state;
	open_spool(&spool, NULL);
	assert_null(spool_batch(&spool));
	add(&spool, "begin", "");
	add(&spool, "note", "a");
	batch = spool_batch(&spool);
	assert_int_equal(json_array_size(batch), 2);
	assert_int_equal(seq(batch, 0), 1);
	assert_int_equal(seq(batch, 1), 2);
	add(&spool, "end", "");
	assert_int_equal(json_array_size(spool_batch(&spool)), 2);
	spool_taken(&spool, 1);
	assert_int_equal(seq(spool_batch(&spool), 0), 2);
	spool_taken(&spool, 2);
	assert_int_equal(seq(spool_batch(&spool), 0), 3);
	spool_taken(&spool, 3);
	assert_null(spool_batch(&spool));
	assert_int_equal(spool_count(&spool), 0);
	assert_int_equal(spool.pending_bytes, 0);
	spool_free(&spool);
}

static void batches_are_bounded(void **state)
{
	struct spool spool;

	(void)state;
	open_spool(&spool, NULL);
	for (int i = 0; i < REPORT_BATCH_MAX + 5; i++)
		add(&spool, "begin", "");
	assert_int_equal(json_array_size(spool_batch(&spool)), REPORT_BATCH_MAX);
	spool_taken(&spool, REPORT_BATCH_MAX);
	assert_int_equal(json_array_size(spool_batch(&spool)), 5);
	spool_free(&spool);
}

static void batches_are_bounded_in_bytes(void **state)
{
	static char text[EVENT_TEXT_MAX];
	struct spool spool;
	size_t offered, bytes;

	(void)state;
	memset(text, '"', sizeof(text) - 1);
	open_spool(&spool, NULL);
	for (int i = 0; i < REPORT_BATCH_MAX; i++)
		add(&spool, "error", text);
	offered = json_array_size(spool_batch(&spool));
	bytes = json_dumpb(spool_batch(&spool), NULL, 0, JSON_COMPACT);
	assert_in_range(offered, 2, REPORT_BATCH_MAX - 1);
	assert_in_range(bytes, REPORT_BATCH_BYTES_MAX / 2, REPORT_BATCH_BYTES_MAX * 5 / 4);
	spool_free(&spool);
}

/* Halving finds the one that the service can't take; all others are offered, in order, once taken. */
static void refused_event_is_found(void **state)
{
	const uint64_t bad = 41;
	uint64_t taken = 0, dropped = 0;
	unsigned offers = 0;
	struct spool spool;
	const json_t *batch;

	(void)state;
	open_spool(&spool, NULL);
	for (int i = 0; i < REPORT_BATCH_MAX; i++)
		add(&spool, "begin", "");
	for (; (batch = spool_batch(&spool)); offers++) {
		uint64_t first = seq(batch, 0), last = seq(batch, json_array_size(batch) - 1);

		if (bad < first || bad > last) {
			assert_int_equal(first, taken + 1 + (taken + 1 == bad));
			taken = last;
			spool_taken(&spool, last);
		} else {
			json_t *event = spool_refused(&spool);

			if (event)
				dropped =
					(uint64_t)json_integer_value(json_object_get(event, "seq"));
			json_decref(event);
		}
	}
	assert_int_equal(dropped, bad);
	assert_int_equal(taken, REPORT_BATCH_MAX);
	assert_in_range(offers, 2, 30);
	spool_free(&spool);
}

static void newer_progress_replaces_older(void **state)
{
	struct spool spool;
	const json_t *batch;

	(void)state;
	open_spool(&spool, NULL);
	add(&spool, "progress", "/");
	add(&spool, "progress", "/data");
	add(&spool, "note", "a");
	add(&spool, "progress", "/");
	add(&spool, "heartbeat", "x");
	add(&spool, "heartbeat", "y");
	batch = spool_batch(&spool);
	assert_int_equal(json_array_size(batch), 4);
	assert_string_equal(json_string_value(json_object_get(json_array_get(batch, 0), "item")),
			    "/data");
	assert_string_equal(type_of(batch, 1), "note");
	assert_string_equal(json_string_value(json_object_get(json_array_get(batch, 2), "item")),
			    "/");
	assert_string_equal(type_of(batch, 3), "heartbeat");
	add(&spool, "progress", "/");
	assert_int_equal(spool_count(&spool), 5);
	spool_free(&spool);
}

/* The counted note tells of those that had to go. */
static void notes_give_way_first(void **state)
{
	struct spool spool;
	char text[4096];
	size_t notes = 0;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	open_spool(&spool, NULL);
	for (; notes < 1000; notes++)
		add(&spool, "note", text);
	assert_true(spool.pending_bytes < REPORT_PENDING_MAX + 5000);
	assert_true(spool.dropped > 0);
	add(&spool, "error", "kept");
	assert_string_equal(type_of(spool.pending, json_array_size(spool.pending) - 1), "error");
	spool_taken(&spool, seq(spool_batch(&spool), REPORT_BATCH_MAX - 1));
	assert_non_null(spool_batch(&spool));
	add(&spool, "begin", "");
	assert_int_equal(spool.dropped, 0);
	spool_free(&spool);
}

static void file_survives(void **state)
{
	struct spool spool, again;
	char boot[37];

	(void)state;
	open_spool(&spool, path);
	add(&spool, "begin", "");
	add(&spool, "progress", "/");
	assert_non_null(spool_batch(&spool));
	add(&spool, "progress", "/");
	add(&spool, "error", "last");
	assert_int_equal(spool_save(&spool, NULL), 0);
	memcpy(boot, spool.boot, sizeof(boot));
	spool_free(&spool);

	open_spool(&again, path);
	assert_string_equal(again.boot, boot);
	assert_int_equal(json_array_size(spool_batch(&again)), 2);
	assert_int_equal(seq(spool_batch(&again), 1), 2);
	spool_taken(&again, 2);
	assert_int_equal(json_array_size(spool_batch(&again)), 1);
	assert_int_equal(seq(spool_batch(&again), 0), 3);
	assert_string_equal(type_of(spool_batch(&again), 0), "error");
	spool_free(&again);
}

#define BOOT_A "aaaaaaaa-0000-0000-0000-000000000000"
#define BOOT_B "bbbbbbbb-0000-0000-0000-000000000000"
#define BOOT_C "cccccccc-0000-0000-0000-000000000000"

static void expect_batch(struct spool *spool, const char *boot, uint64_t first, size_t count)
{
	const json_t *batch = spool_batch(spool);

	assert_int_equal(json_array_size(batch), count);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(
			json_string_value(json_object_get(json_array_get(batch, i), "boot")), boot);
		assert_int_equal(seq(batch, i), first + i);
	}
	spool_taken(spool, first + count - 1);
}

/* Two runs are killed while the service is away: the third one delivers all three, one boot a request. */
static void boots_are_kept_apart(void **state)
{
	struct spool spool;

	(void)state;
	open_as(&spool, path, BOOT_A);
	add(&spool, "begin", "");
	assert_int_equal(json_array_size(spool_batch(&spool)), 1);
	add(&spool, "note", "left");
	add(&spool, "progress", "/");
	assert_int_equal(spool_save(&spool, NULL), 0);
	spool_free(&spool);

	open_as(&spool, path, BOOT_B);
	assert_string_equal(spool.boot, BOOT_B);
	assert_int_equal(spool.next, 1);
	add(&spool, "begin", "");
	add(&spool, "end", "");
	assert_int_equal(spool_save(&spool, NULL), 0);
	spool_free(&spool);

	open_as(&spool, path, BOOT_C);
	add(&spool, "state", "");
	assert_int_equal(spool_count(&spool), 5);
	expect_batch(&spool, BOOT_A, 1, 1);
	expect_batch(&spool, BOOT_A, 2, 1);
	expect_batch(&spool, BOOT_B, 1, 2);
	assert_string_equal(spool_boot_of(&spool, spool_batch(&spool)), BOOT_C);
	expect_batch(&spool, BOOT_C, 1, 1);
	assert_null(spool_batch(&spool));
	assert_int_equal(spool.pending_bytes, 0);
	spool_free(&spool);
}

/* The reporter that a dead one is replaced by goes on with the same boot. */
static void same_boot_goes_on(void **state)
{
	struct spool spool;

	(void)state;
	open_as(&spool, path, BOOT_A);
	add(&spool, "begin", "");
	expect_batch(&spool, BOOT_A, 1, 1);
	add(&spool, "end", "");
	assert_int_equal(spool_save(&spool, NULL), 0);
	spool_free(&spool);
	open_as(&spool, path, BOOT_A);
	add(&spool, "state", "");
	expect_batch(&spool, BOOT_A, 2, 2);
	spool_free(&spool);
}

static void other_files_are_not_spools(void **state)
{
	static const char *const texts[] = {
		"",
		"{",
		"[]",
		"{\"boot\":\"x\",\"next\":1,\"batch\":[],\"pending\":[]}",
		"{\"boot\":\"01234567-0123-0123-0123-0123456789ab\",\"next\":0,\"batch\":[],"
		"\"pending\":[]}",
		"{\"boot\":\"01234567-0123-0123-0123-0123456789ab\",\"next\":5,\"batch\":1,"
		"\"pending\":[]}"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct err err = ERR_INIT;
		struct spool spool;
		FILE *f = fopen(path, "w");

		assert_non_null(f);
		fputs(texts[i], f);
		assert_int_equal(fclose(f), 0);
		assert_int_equal(spool_open(&spool, path, NULL, &err), 0);
		assert_int_equal(err.code, ERR_IO);
		assert_int_equal(spool.next, 1);
		assert_int_equal(strlen(spool.boot), 36);
		spool_free(&spool);
	}
}

/* The file before it has its name, and the folder after that: a power cut leaves this one or the one before. */
static void saved_is_on_the_disk(void **state)
{
	struct spool spool;

	(void)state;
	open_as(&spool, path, BOOT_A);
	add(&spool, "note", "first");
	syncs = 0;
	assert_int_equal(spool_save(&spool, NULL), 0);
	assert_int_equal(syncs, 2);
	assert_int_equal(spool_save(&spool, NULL), 0); /* nothing is new */
	assert_int_equal(syncs, 2);
	spool_free(&spool);
}

static void unwritable_file_is_told(void **state)
{
	struct err err = ERR_INIT;
	struct spool spool;

	(void)state;
	open_spool(&spool, "/nowhere/spool");
	add(&spool, "begin", "");
	assert_int_equal(spool_save(&spool, &err), -1);
	assert_int_equal(err.code, ERR_IO);
	assert_true(spool.dirty);
	spool_free(&spool);
}

static void texts_are_cleaned(void **state)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{"plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\t\n",
		 "plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\t\n"},
		{"\x1b[31m\r\x7f", "?[31m??"},
		{"\xff\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80\xe2\x82", "????????????"},
		{"a\xe2\x82", "a??"},
	};
	char *text;
	size_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		json_t *event = event_new("note", rows[i].from);

		assert_string_equal(json_string_value(json_object_get(event, "step")), rows[i].to);
		text = event_dump(event, &size);
		assert_non_null(text);
		free(text);
		json_decref(event);
	}
}

/* Even when JSON doubles every byte. */
static void largest_event_fits(void **state)
{
	static char text[EVENT_TEXT_MAX * 2], line[CHILD_TAIL_LINE_MAX * 2];
	const char *lines[EVENT_LINES_MAX + 10];
	json_t *event = event_new("error", NULL);
	size_t size;
	char *dump;

	(void)state;
	memset(text, '"', sizeof(text) - 1);
	memset(line, '\n', sizeof(line) - 1);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		lines[i] = line;
	lines[9] = "cut";
	lines[10] = "first";
	event_set_lines(event, "stderr", lines, sizeof(lines) / sizeof(*lines));
	event_set_lines(event, "kernel", lines, sizeof(lines) / sizeof(*lines));
	assert_int_equal(json_array_size(json_object_get(event, "stderr")), EVENT_LINES_MAX);
	assert_string_equal(json_string_value(json_array_get(json_object_get(event, "stderr"), 0)),
			    "first");
	dump = event_dump(event, &size);
	assert_non_null(dump);
	free(dump);
	json_decref(event);
	event = event_new("plan", NULL);
	event_set_text(event, "text", text);
	dump = event_dump(event, &size);
	assert_non_null(dump);
	free(dump);
	json_decref(event);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_begin_at_one_and_have_no_gaps),
		cmocka_unit_test(batches_are_bounded),
		cmocka_unit_test(batches_are_bounded_in_bytes),
		cmocka_unit_test(refused_event_is_found),
		cmocka_unit_test(newer_progress_replaces_older),
		cmocka_unit_test(notes_give_way_first),
		cmocka_unit_test_setup_teardown(file_survives, make_path, remove_file),
		cmocka_unit_test_setup_teardown(boots_are_kept_apart, make_path, remove_file),
		cmocka_unit_test_setup_teardown(same_boot_goes_on, make_path, remove_file),
		cmocka_unit_test_setup_teardown(other_files_are_not_spools, make_path, remove_file),
		cmocka_unit_test_setup_teardown(saved_is_on_the_disk, make_path, remove_file),
		cmocka_unit_test(unwritable_file_is_told),
		cmocka_unit_test(texts_are_cleaned),
		cmocka_unit_test(largest_event_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
