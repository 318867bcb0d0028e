/* What lies in /dev under the name of the VG to be made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "steps/vg_folder.h"
#include "tests/unit/scratch.h"

static const struct {
	const char *made;    /* by the shell */
	const char *refused; /* words; NULL: it passes, and is gone once it was removed */
} rows[] = {
	{"true", NULL},
	{"mkdir local", NULL},
	{"mkdir local; ln -s /dev/mapper/local-root local/root; ln -s ../dm-3 local/data", NULL},
	{"touch local", "a device of that name"},
	{"mkdir other; ln -s other local", "a device of that name"},
	{"mkdir local; touch local/event0", "has event0 in it, which is no volume"},
	{"mkdir local; ln -s ../sda local/root", "has root in it, which is no volume"},
	{"mkdir -p local/by-id", "has by-id in it"},
};

static void test_folders(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct scratch scratch;
		struct err err = ERR_INIT;
		char path[4200];
		struct stat st;
		int ret;

		scratch_make(&scratch);
		scratch_run(&scratch, rows[i].made);
		snprintf(path, sizeof(path), "%s/local", scratch.path);
		ret = vg_folder_check(scratch.path, "local", &err);
		if (ret != (rows[i].refused ? -1 : 0) ||
		    (rows[i].refused && !strstr(err.msg, rows[i].refused)))
			fail_msg("%s: %d %s", rows[i].made, ret, err.msg);
		if (rows[i].refused)
			assert_int_equal(err.code, ERR_JOB_VALUE);
		err = (struct err)ERR_INIT;
		assert_int_equal(vg_folder_remove(scratch.path, "local", &err), ret);
		/* What was refused is left as it is. */
		assert_int_equal(lstat(path, &st) == 0, rows[i].refused != NULL);
		scratch_remove(&scratch);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
