/*
 * Every file of tests/migration: the good ones are compiled, each bad one is refused with exactly the errors of its
 * .expect file, one a line: PLACE | CODE | PART OF THE MESSAGE ("" is the document).
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

static bool is_whole(const struct migration *migration)
{
	for (size_t i = 0; i < migration->vm_count; i++) {
		const struct migration_vm *vm = &migration->vms[i];

		if (!vm->sound || !vm->job || !vm->spec || !vm->mac || !vm->address)
			return false;
	}
	return migration->group && migration->vm_count > 0;
}

static bool is_good(const char *path)
{
	struct run run;
	bool passes;

	run_document(&run, path);
	passes = !run.errors.count && is_whole(&run.migration);
	if (!passes)
		print_errors(path, &run.errors);
	end_run(&run);
	return passes;
}

static bool is_bad(const char *path)
{
	struct run run;
	bool passes;

	run_document(&run, path);
	passes = errors_match(path, &run.errors);
	if (!passes)
		print_errors(path, &run.errors);
	end_run(&run);
	return passes;
}

static void test_good(void **state)
{
	(void)state;
	each_file(GOOD, 5, is_good);
}

static void test_bad(void **state)
{
	(void)state;
	each_file(BAD, 80, is_bad);
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
