/*
 * Every file of tests/jobs: the good ones are accepted, each bad one is refused with exactly the
 * errors of its .expect file, one a line: JSON PATH | CODE | PART OF THE MESSAGE ("" is the job).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expected_errors.h"
#include "job/job.h"

#define GOOD "tests/jobs/good/*.json"
#define BAD  "tests/jobs/bad/*/*.json"

static bool read_file(const char *path, bool bad)
{
	struct arena arena = {0};
	struct err_list errors = {0};
	struct job job;
	const bool taken = job_read(&job, path, &arena, &errors) == 0;
	const bool passes = bad ? !taken && errors_match(path, &errors) : taken;

	if (!passes)
		print_errors(path, &errors);
	err_list_free(&errors);
	arena_free(&arena);
	return passes;
}

static bool is_good(const char *path)
{
	return read_file(path, false);
}

static bool is_bad(const char *path)
{
	return read_file(path, true);
}

static void test_good(void **state)
{
	(void)state;
	each_file(GOOD, 10, is_good);
}

static void test_bad(void **state)
{
	(void)state;
	each_file(BAD, 50, is_bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
