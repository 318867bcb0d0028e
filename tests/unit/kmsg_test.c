/* What is picked from the kernel's log. A socket that keeps the borders of messages plays /dev/kmsg. */
#include "base/kmsg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static int ends[2];

int __wrap_open(const char *path, int flags);

int __wrap_open(const char *path, int flags)
{
	(void)flags;
	assert_string_equal(path, "/dev/kmsg");
	return ends[0];
}

static void begin(void)
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
}

static void say(int level, const char *text)
{
	char record[256];
	const int size = snprintf(record, sizeof(record), "%d,1,2,-;%s\n KEY=value\n", level, text);

	assert_int_equal(write(ends[1], record, (size_t)size), size);
}

static void test_the_last_warnings(void **state)
{
	const char *const *lines;
	char text[32];

	(void)state;
	begin();
	for (int i = 0; i < KMSG_LINES + 5; i++) {
		snprintf(text, sizeof(text), "warning %d", i);
		say(4, text);
		say(6, "no warning");
	}
	assert_int_equal(kmsg_tail("", &lines), KMSG_LINES);
	assert_string_equal(lines[0], "warning 5");
	assert_string_equal(lines[KMSG_LINES - 1], "warning 24");
	close(ends[1]);
}

/* A line about a disk is found behind whatever a filesystem says of it. */
static void test_lines_with_a_part(void **state)
{
	const char *const *lines;

	(void)state;
	begin();
	say(3, "I/O error, dev vda, sector 8");
	for (int i = 0; i < 3 * KMSG_LINES; i++)
		say(4, "EXT4-fs warning (device dm-1): I/O error 10 writing to inode 12");
	assert_int_equal(kmsg_tail("I/O error, dev ", &lines), 1);
	assert_string_equal(lines[0], "I/O error, dev vda, sector 8");
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_last_warnings),
		cmocka_unit_test(test_lines_with_a_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
