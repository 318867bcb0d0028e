/*
 * Every file of tests/jobs: the good ones are accepted, each bad one is refused with exactly the
 * errors of its .expect file, one a line: JSON PATH | CODE | PART OF THE MESSAGE ("" is the job).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job/job.h"

#define GOOD "tests/jobs/good/*.json"
#define BAD  "tests/jobs/bad/*/*.json"

static void print_errors(const char *path, const struct err_list *errors)
{
	print_error("%s:\n", path);
	for (size_t i = 0; i < errors->count; i++)
		print_error("  %s | %s | %s\n", errors->item[i].where,
			    err_name(errors->item[i].code), errors->item[i].msg);
}

static void test_good(void **state)
{
	glob_t found;
	int failures = 0;

	(void)state;
	assert_int_equal(glob(GOOD, 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 10);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct arena arena = {0};
		struct err_list errors = {0};
		struct job job;

		if (job_read(&job, found.gl_pathv[i], &arena, &errors)) {
			print_errors(found.gl_pathv[i], &errors);
			failures++;
		}
		err_list_free(&errors);
		arena_free(&arena);
	}
	globfree(&found);
	assert_int_equal(failures, 0);
}

/* The next field of an .expect line, up to " | " or the line's end. */
static char *next_field(char **line)
{
	char *field = *line;
	char *end = strstr(field, " | ");

	if (end) {
		*end = '\0';
		*line = end + 3;
	} else {
		field[strcspn(field, "\n")] = '\0';
	}
	return field;
}

static int is_expected(const struct err *err, char *line)
{
	const char *path = next_field(&line);
	const char *code = next_field(&line);
	const char *part = next_field(&line);

	return !strcmp(err->where, strcmp(path, "\"\"") ? path : "") &&
	       !strcmp(err_name(err->code), code) && strstr(err->msg, part);
}

/* Errors come in the order of the table; the file lists them likewise. */
static int matches(const char *path, const struct err_list *errors)
{
	char expect[512], line[512];
	size_t lines = 0;
	int good = 1;
	FILE *file;

	snprintf(expect, sizeof(expect), "%.*s.expect", (int)(strlen(path) - strlen(".json")),
		 path);
	file = fopen(expect, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		good &= lines < errors->count && is_expected(&errors->item[lines], line);
		lines++;
	}
	fclose(file);
	return good && lines == errors->count;
}

static void test_bad(void **state)
{
	glob_t found;
	int failures = 0;

	(void)state;
	assert_int_equal(glob(BAD, 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 50);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct arena arena = {0};
		struct err_list errors = {0};
		struct job job;

		if (job_read(&job, found.gl_pathv[i], &arena, &errors) == 0 ||
		    !matches(found.gl_pathv[i], &errors)) {
			print_errors(found.gl_pathv[i], &errors);
			failures++;
		}
		err_list_free(&errors);
		arena_free(&arena);
	}
	globfree(&found);
	assert_int_equal(failures, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
