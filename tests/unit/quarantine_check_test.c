/* Whether the running system has its quarantine, by scripts as newroot writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "installed/quarantine_lock.h"
#include "target/quarantine_check.h"

struct scene {
	char folder[64];
};

static void add_script(const struct scene *scene, const char *name, const char *body)
{
	char path[96];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", scene->folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fprintf(file, "#!/bin/sh\ncd \"${0%%/*}\"\n%s\n", body) > 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

static void scene_make(struct scene *scene, const char *load)
{
	*scene = (struct scene){"/tmp/newroot-quarantine-XXXXXX"};
	assert_non_null(mkdtemp(scene->folder));
	add_script(scene, "loaded", "test -e kernel");
	add_script(scene, "load", load);
}

static void scene_free(const struct scene *scene)
{
	static const char *const names[] = {"loaded", "load", "kernel"};
	char path[96];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", scene->folder, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(scene->folder), 0);
}

static void without_a_folder_there_is_none(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, "true");
	assert_true(quarantine_wanted(scene.folder));
	scene_free(&scene);
	assert_false(quarantine_wanted(scene.folder));
}

static void one_that_was_open_is_closed_and_told(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, "touch kernel");
	assert_int_equal(quarantine_check(scene.folder, false, NULL, &err), -1);
	assert_int_equal(err.code, ERR_QUARANTINE);
	assert_non_null(strstr(err.msg, "it is loaded now"));
	err = (struct err)ERR_INIT;
	assert_int_equal(quarantine_check(scene.folder, false, NULL, &err), 0);
	scene_free(&scene);
}

static void one_that_cannot_be_closed_is_told_with_the_reason(void **state)
{
	struct err err = ERR_INIT;
	const char *const *words;
	struct scene scene;

	(void)state;
	scene_make(&scene, "echo iptables: no such table >&2; exit 1");
	for (int times = 0; times < 2; times++) {
		err = (struct err)ERR_INIT;
		assert_int_equal(quarantine_check(scene.folder, false, NULL, &err), -1);
		assert_int_equal(err.code, ERR_QUARANTINE);
		assert_non_null(strstr(err.msg, "can connect to anywhere"));
		assert_int_equal(child_last_words(&words), 1);
		assert_string_equal(words[0], "iptables: no such table");
	}
	scene_free(&scene);
}

static void one_that_was_removed_is_told_as_that(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, "touch kernel");
	assert_int_equal(quarantine_check(scene.folder, true, NULL, &err), -1);
	assert_string_equal(err_name(err.code), "quarantine.removed");
	assert_non_null(strstr(err.msg, "something removed the quarantine"));
	scene_free(&scene);
}

/* Else it would be back in the kernel of a VM that is in service. */
static void one_that_is_just_lifted_is_let_be(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;
	int lock;

	(void)state;
	scene_make(&scene, "touch kernel");
	lock = quarantine_lock(scene.folder, false);
	assert_true(lock >= 0);
	assert_int_equal(quarantine_check(scene.folder, true, NULL, &err), QUARANTINE_NOT_SEEN);
	close(lock);
	assert_int_equal(quarantine_check(scene.folder, true, NULL, &err), -1);
	scene_free(&scene);
	assert_int_equal(quarantine_check(scene.folder, true, NULL, &err), QUARANTINE_NOT_SEEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_folder_there_is_none),
		cmocka_unit_test(one_that_was_open_is_closed_and_told),
		cmocka_unit_test(one_that_cannot_be_closed_is_told_with_the_reason),
		cmocka_unit_test(one_that_was_removed_is_told_as_that),
		cmocka_unit_test(one_that_is_just_lifted_is_let_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
