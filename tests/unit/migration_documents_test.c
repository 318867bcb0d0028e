/*
 * Every file of tests/migration: the good ones are compiled, each bad one is refused with exactly the errors of its
 * .expect file, one a line: PLACE | CODE | PART OF THE MESSAGE ("" is the document).
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

#include "migration/assign.h"
#include "migration/compile.h"

#define GOOD "tests/migration/good/*.json"
#define BAD  "tests/migration/bad/*.json"
#define ROOM (512 * 1024)
#define URL  "https://10.77.0.1:8443"

struct run {
	struct arena arena;
	struct err_list errors;
	struct migration migration;
};

/* As `import` does, into a store without VMs. */
static void run_document(struct run *run, const char *path)
{
	const struct settings settings = {0};
	const struct assign_by by = {.settings = &settings};
	char *text = malloc(ROOM);
	FILE *file = fopen(path, "re");
	size_t size;

	assert_non_null(text);
	assert_non_null(file);
	size = fread(text, 1, ROOM, file);
	assert_true(size < ROOM && feof(file));
	fclose(file);
	*run = (struct run){0};
	migration_parse(&run->migration, text, size, &run->arena, &run->errors);
	migration_compile(&run->migration, URL, NULL, &run->arena, &run->errors);
	migration_assign(&(struct reader){.arena = &run->arena, .errors = &run->errors},
			 &run->migration, &by);
	free(text);
}

static void end_run(struct run *run)
{
	migration_free(&run->migration);
	err_list_free(&run->errors);
	arena_free(&run->arena);
}

static void print_errors(const char *path, const struct err_list *errors)
{
	print_error("%s:\n", path);
	for (size_t i = 0; i < errors->count; i++)
		print_error("  %s | %s | %s\n", errors->item[i].where,
			    err_name(errors->item[i].code), errors->item[i].msg);
}

static bool is_whole(const struct migration *migration)
{
	for (size_t i = 0; i < migration->vm_count; i++) {
		const struct migration_vm *vm = &migration->vms[i];

		if (!vm->sound || !vm->job || !vm->spec || !vm->mac || !vm->address)
			return false;
	}
	return migration->group && migration->vm_count > 0;
}

static void test_good(void **state)
{
	glob_t found;
	int failures = 0;

	(void)state;
	assert_int_equal(glob(GOOD, 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 5);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct run run;

		run_document(&run, found.gl_pathv[i]);
		if (run.errors.count || !is_whole(&run.migration)) {
			print_errors(found.gl_pathv[i], &run.errors);
			failures++;
		}
		end_run(&run);
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

static bool is_expected(const struct err *err, char *line)
{
	const char *place = next_field(&line);
	const char *code = next_field(&line);
	const char *part = next_field(&line);

	return !strcmp(err->where, strcmp(place, "\"\"") ? place : "") &&
	       !strcmp(err_name(err->code), code) && strstr(err->msg, part);
}

/* Errors come in the order of the tables, then of the rules; the file lists them likewise. */
static bool matches(const char *path, const struct err_list *errors)
{
	char expect[512], line[512];
	size_t lines = 0;
	bool good = true;
	FILE *file;

	snprintf(expect, sizeof(expect), "%.*s.expect", (int)(strlen(path) - strlen(".json")),
		 path);
	file = fopen(expect, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		good &= lines < errors->count && is_expected(&errors->item[lines], line);
		lines++;
	}
	fclose(file);
	return good && lines == errors->count && lines > 0;
}

static void test_bad(void **state)
{
	glob_t found;
	int failures = 0;

	(void)state;
	assert_int_equal(glob(BAD, 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 80);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct run run;

		run_document(&run, found.gl_pathv[i]);
		if (!matches(found.gl_pathv[i], &run.errors)) {
			print_errors(found.gl_pathv[i], &run.errors);
			failures++;
		}
		end_run(&run);
	}
	globfree(&found);
	assert_int_equal(failures, 0);
}

static void test_ten_mistakes(void **state)
{
	struct run run;

	(void)state;
	run_document(&run, "tests/migration/bad/ten-mistakes.json");
	assert_int_equal(run.errors.count, 10);
	for (size_t i = 0; i < run.errors.count; i++)
		assert_int_equal(run.errors.item[i].where[0], '/');
	end_run(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_ten_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
