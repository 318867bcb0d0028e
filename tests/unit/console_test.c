/* Consoles: whole lines, and one that is stopped does not stop the agent. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "console.h"

static void test_a_stopped_console(void **state)
{
	char folder[] = "/tmp/newroot-console-XXXXXX", path[64], text[2000], got[2100];
	int reader;
	ssize_t size;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/tty", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	reader = open(path, O_RDWR | O_NONBLOCK);
	assert_true(reader >= 0);
	console_add(path);

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	console_note(text);
	size = read(reader, got, sizeof(got));
	assert_int_equal(size, 2 + strlen(text) + 1);
	assert_int_equal(got[size - 1], '\n');

	/* More than a pipe takes (64 KiB), and nobody reads: it must return, and only the first wait costs time; all of them
	 * would take ten minutes. */
	alarm(120);
	for (int i = 0; i < 200; i++)
		console_note(text);
	alarm(0);
	while (read(reader, got, sizeof(got)) > 0)
		;
	console_note("again");
	assert_int_equal(read(reader, got, sizeof(got)), strlen("  again\n"));
	close(reader);
	unlink(path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_stopped_console)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
