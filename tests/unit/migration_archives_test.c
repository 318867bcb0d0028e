/* What a job waits for: its archives at this service, wherever in it they are named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/scratch.h"
#include "migration/archives_there.h"

#define URL "https://10.0.0.1:8443"
#define OWN URL "/v1/archives/"

struct fixture {
	struct scratch scratch;
	struct data data;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	scratch_make(&f->scratch);
	scratch_run(&f->scratch,
		    "mkdir -p vm1 && touch vm1/root.tar 'vm1/a b' linux.rpm && ln -s vm1 link");
	f->data.archives = open(f->scratch.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(f->data.archives >= 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	close(f->data.archives);
	scratch_remove(&f->scratch);
	free(f);
	return 0;
}

static const struct {
	const char *job, *missing; /* missing NULL: all are there */
} rows[] = {
	{"{}", NULL},
	{"{\"archives\": [{\"url\": \"" OWN "vm1/root.tar\"}]}", NULL},
	{"{\"archives\": [{\"url\": \"" OWN "vm1/root.tar?generation=7\"}]}", NULL},
	{"{\"archives\": [{\"url\": \"" OWN "vm1/a%20b\"}]}", NULL},
	{"{\"archives\": [{\"url\": \"" OWN "vm1/a%2\"}]}", "vm1/a%2"},
	{"{\"archives\": [{\"url\": \"" OWN "vm1/root.tar\"}, {\"url\": \"" OWN "vm1/data.tar\"}]}",
	 "vm1/data.tar"},
	{"{\"kernel\": {\"url\": \"" OWN "linux.rpm\"}}", NULL},
	{"{\"kernel\": {\"url\": \"" OWN "old.rpm\"}}", "old.rpm"},
	{"{\"databases\": {\"dumps\": [{\"url\": \"" OWN "shop.sql.gz\"}]}}", "shop.sql.gz"},
	/* Not a file, or a way out of the folder. */
	{"{\"kernel\": {\"url\": \"" OWN "vm1\"}}", "vm1"},
	{"{\"kernel\": {\"url\": \"" OWN "link/root.tar\"}}", "link/root.tar"},
	{"{\"kernel\": {\"url\": \"" OWN "../secret\"}}", "../secret"},
	{"{\"kernel\": {\"url\": \"" OWN "%2e%2e/secret\"}}", "../secret"},
	{"{\"kernel\": {\"url\": \"" OWN "\"}}", ""},
	/* Others' are not looked at, nor what only looks like one. */
	{"{\"kernel\": {\"url\": \"https://10.0.0.1:84/v1/archives/x\"}}", NULL},
	{"{\"kernel\": {\"url\": \"https://10.0.0.1:84430/v1/archives/x\"}}", NULL},
	{"{\"kernel\": {\"url\": \"" URL "/v1/boot/x\"}}", NULL},
	{"{\"files\": [{\"content\": \"" OWN "x\"}]}", NULL},
};

static void test_there(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char missing[ARCHIVE_PATH_MAX + 1] = "";
		struct err err = ERR_INIT;
		int ret = migration_archives_there(rows[i].job, &f->data, URL, missing, &err);

		if (ret != !rows[i].missing ||
		    (rows[i].missing && strcmp(missing, rows[i].missing)))
			fail_msg("%s: %d, missing '%s'", rows[i].job, ret, missing);
	}
}

static void test_errors(void **state)
{
	struct fixture *f = *state;
	char missing[ARCHIVE_PATH_MAX + 1];
	struct data closed = {.archives = -1};
	struct err err = ERR_INIT;

	assert_int_equal(migration_archives_there("{", &f->data, URL, missing, &err), -1);
	assert_int_equal(err.code, ERR_JOB_SYNTAX);
	assert_int_equal(migration_archives_there(rows[1].job, &closed, URL, missing, &err), -1);
	assert_int_equal(err.code, ERR_IO);
	assert_int_equal(migration_archives_there(rows[5].job, &f->data, URL, missing, NULL), 0);
}

static void test_text(void **state)
{
	char text[VM_WAITING_MAX + 1], path[ARCHIVE_PATH_MAX + 1];

	(void)state;
	migration_missing_text(text, "web1/a b.tar");
	assert_string_equal(text, "archive web1/a b.tar is not there yet");
	migration_missing_text(text, "\033[2J\xff");
	assert_string_equal(text, "archive ?[2J? is not there yet");
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	migration_missing_text(text, path);
	assert_non_null(strstr(text, "xxx is not there yet"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_there, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
