/* Rescue's reading of an installed system's fstab. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rescue/installed_fstab.h"

static void test_options_are_whole_words(void **state)
{
	static const struct {
		const char *options, *name;
		bool found;
	} rows[] = {
		{"ro", "ro", true},
		{"noatime,ro", "ro", true},
		{"ro,noatime", "ro", true},
		{"defaults,errors=remount-ro", "ro", false},
		{"errors=continue", "ro", false},
		{"norecovery", "ro", false},
		{"noauto", "noauto", true},
		{"x-systemd.noauto", "noauto", false},
		{"", "ro", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(installed_fstab_option(rows[i].options, rows[i].name), rows[i].found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_options_are_whole_words)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
