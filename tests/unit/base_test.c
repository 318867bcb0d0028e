/* The small things everything stands on: errors, arena, tail. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <signal.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/tail.h"

static void errors_are_prefixed_and_kept(void **state)
{
	struct err err = ERR_INIT, other = ERR_INIT, copy = ERR_INIT;

	(void)state;
	errno = ENOSPC;
	assert_int_equal(err_sys(&err, ERR_IO, "/dev/sda", "cannot write %d bytes", 5), -1);
	assert_int_equal(err.sys, ENOSPC);
	err_prefix(&err, "step %s", "wipe");
	assert_string_equal(err.msg, "step wipe: cannot write 5 bytes: No space left on device");
	err_set(&other, ERR_URL, NULL, "later");
	err_keep(&copy, &err);
	err_keep(&copy, &other);
	assert_int_equal(copy.code, ERR_IO);
}

static void long_messages_are_cut(void **state)
{
	char text[4096];
	struct err err = ERR_INIT;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&err, ERR_IO, text, "%s", text);
	err_prefix(&err, "%s", text);
	assert_int_equal(strlen(err.where), sizeof(err.where) - 1);
	assert_true(strlen(err.msg) < sizeof(err.msg));
}

/* Codes are what scripts match: each is unique and leads back to itself. */
static void codes_are_unique(void **state)
{
	(void)state;
	for (int i = 1; i < ERR_COUNT; i++) {
		assert_int_equal(err_by_name(err_name((enum err_code)i)), i);
		assert_true(strlen(err_help((enum err_code)i)) > 10);
		assert_in_range(err_exit_status((enum err_code)i), 1, 6);
	}
	assert_int_equal(err_by_name("no.such.code"), ERR_NONE);
}

static void lists_are_bounded(void **state)
{
	struct err_list list = {0};
	struct err err = ERR_INIT;

	(void)state;
	err_set(&err, ERR_JOB_VALUE, "/a", "b");
	for (int i = 0; i < ERR_LIST_MAX + 3; i++)
		err_list_add(&list, &err);
	assert_int_equal(list.count, ERR_LIST_MAX);
	assert_int_equal(list.dropped, 3);
	err_list_free(&list);
}

static void arena_gives_zeroed_aligned_memory(void **state)
{
	struct arena arena = {0};

	(void)state;
	for (size_t size = 1; size < 50000; size = size * 3 + 1) {
		char *p = arena_alloc(&arena, size);

		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, size);
	}
	assert_string_equal(arena_printf(&arena, "%s-%d", "a", 7), "a-7");
	arena_free(&arena);
	assert_null(arena.last);
}

static void tail_keeps_the_last_lines(void **state)
{
	static struct tail tail;
	const char *lines[CHILD_TAIL_LINES];

	(void)state;
	for (int i = 0; i < 30; i++)
		tail_add(&tail, "t", "line \033\n", 7);
	tail_add(&tail, "t", "\n\nend", 5);
	tail_end(&tail, "t");
	assert_int_equal(tail_lines(&tail, lines), CHILD_TAIL_LINES);
	assert_string_equal(lines[0], "line ?");
	assert_string_equal(lines[CHILD_TAIL_LINES - 1], "end");
}

/* A pipe gives and takes less than is asked for. */
static void io_goes_on_after_short_counts(void **state)
{
	static char sent[300000], got[sizeof(sent) + 1];
	int ends[2], status;
	pid_t pid;

	(void)state;
	memset(sent, 'x', sizeof(sent));
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0)
		_exit(close(ends[0]) || write_all(ends[1], sent, sizeof(sent)));
	close(ends[1]);
	assert_int_equal(read_all(ends[0], got, sizeof(got)), sizeof(sent));
	assert_memory_equal(got, sent, sizeof(sent));
	assert_int_equal(read_all(ends[0], got, sizeof(got)), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(ends[0]);
}

static void io_fails_with_errno(void **state)
{
	char byte = 0;
	int ends[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	assert_int_equal(write_all(ends[1], &byte, 1), -1);
	assert_int_equal(errno, EPIPE);
	close(ends[1]);
	assert_int_equal(read_all(-1, &byte, 1), -1);
	assert_int_equal(errno, EBADF);
}

static void log_obeys_nobody(void **state)
{
	char path[] = "/tmp/newroot-log-XXXXXX", text[200];
	int fd = mkstemp(path);
	ssize_t size;

	(void)state;
	assert_true(fd >= 0);
	log_open(path, false);
	log_line("%s", "a\033[2J\r\x7f\tb\nc \xc3\xa9");
	log_open(NULL, false);
	size = read_all(fd, text, sizeof(text) - 1);
	close(fd);
	unlink(path);
	assert_true(size > 0);
	text[size] = '\0';
	assert_string_equal(strchr(text, ' ') + 1, "a?[2J??\tb\nc \xc3\xa9\n");
}

static off_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : st.st_size;
}

/* It is the same file behind it, also for a process that has it open. */
static void log_is_bounded(void **state)
{
	char path[] = "/tmp/newroot-log-XXXXXX", old[64];
	int fd = mkstemp(path), other = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0 && other >= 0);
	snprintf(old, sizeof(old), "%s.1", path);
	log_open(path, false);
	assert_int_equal(ftruncate(fd, LOG_BYTES_MAX - 100), 0);
	log_line("%s", "a line");
	log_bound();
	assert_int_equal(size_of(old), -1);
	assert_int_equal(ftruncate(fd, LOG_BYTES_MAX), 0);
	log_line("%s", "a line");
	log_bound();
	assert_true(size_of(old) > LOG_BYTES_MAX);
	assert_int_equal(size_of(path), 0);
	assert_int_equal(write(other, "x", 1), 1);
	log_line("%s", "a line");
	assert_in_range(size_of(path), 20, 40);
	log_open(NULL, false);
	log_bound();
	close(other);
	close(fd);
	unlink(old);
	unlink(path);
}

static void parents_are_written_out(void **state)
{
	(void)state;
	assert_int_equal(sync_parent("/anything"), 0);
	assert_int_equal(sync_parent("anything"), 0);
	assert_int_equal(sync_parent("/tmp/anything"), 0);
	assert_int_equal(sync_parent("/no-such-folder/anything"), -1);
	assert_int_equal(errno, ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_are_prefixed_and_kept),
		cmocka_unit_test(long_messages_are_cut),
		cmocka_unit_test(codes_are_unique),
		cmocka_unit_test(lists_are_bounded),
		cmocka_unit_test(arena_gives_zeroed_aligned_memory),
		cmocka_unit_test(tail_keeps_the_last_lines),
		cmocka_unit_test(io_goes_on_after_short_counts),
		cmocka_unit_test(io_fails_with_errno),
		cmocka_unit_test(parents_are_written_out),
		cmocka_unit_test(log_obeys_nobody),
		cmocka_unit_test(log_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
