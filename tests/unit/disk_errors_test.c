/* Lines of the kernel's log, and the disk that they name in an error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "steps/disk_errors.h"

static const struct disk sda = {
	.path = "/dev/sda", .name = "sda", .serial = "one", .wwn = "", .location = "pci0/0:0:0"};
static const struct disk sdaa = {.path = "/dev/sdaa",
				 .name = "sdaa",
				 .serial = "two",
				 .wwn = "naa.5",
				 .location = "pci0/0:0:1"};
static struct plan_disk disks[] = {{.disk = &sda}, {.disk = &sdaa}};
static const struct plan plan = {.disks = disks, .disk_count = 2};

static const struct {
	const char *lines[3];
	const char *where;
	const char *words; /* NULL: nothing is added */
} rows[] = {
	{{"XFS (dm-0): metadata I/O error", "I/O error, dev sda, sector 9 op 0x1:(WRITE)"},
	 "/dev/sda",
	 "; the kernel reports errors of the disk /dev/sda (serial 'one', wwn '', at pci0/0:0:0): I/O error, dev sda, sector 9"},
	{{"blk_update_request: I/O error, dev sdaa, sector 1", "I/O error, dev sdaa, sector 2"},
	 "/dev/sdaa",
	 "at pci0/0:0:1): I/O error, dev sdaa, sector 2"},
	{{"end_request: I/O error, dev sda, sector 0"}, "/dev/sda", "'one'"},
	{{"I/O error, dev sdb, sector 9", "Buffer I/O error on dev sda1, logical block 0"},
	 "",
	 NULL},
	{{"I/O error, dev sda9, sector 9"}, "", NULL},
	{{NULL}, "", NULL},
};

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;
		size_t count = 0;

		while (count < 3 && rows[i].lines[count])
			count++;
		err_set(&err, ERR_IO, NULL, "cannot write everything to the disk");
		disk_errors_add(&plan, rows[i].lines, count, &err);
		assert_string_equal(err.where, rows[i].where);
		if (rows[i].words ? !strstr(err.msg, rows[i].words)
				  : strcmp(err.msg, "cannot write everything to the disk") != 0)
			fail_msg("row %zu: %s", i, err.msg);
	}
}

/* What is refused of a disk of the machine says which one it is; once is enough, and a volume is none. */
static void test_refused(void **state)
{
	static const struct {
		const char *where, *message, *words;
	} refused[] = {
		{"/dev/sdaa", "cannot read",
		 "cannot read (serial 'two', wwn 'naa.5', at pci0/0:0:1)"},
		{"/dev/sda", "another one: serial 'one' at pci0/0:0:0",
		 "another one: serial 'one' at pci0/0:0:0"},
		{"/dev/sdb", "cannot read", "cannot read"},
		{"", "cannot read", "cannot read"},
	};
	struct disk both[] = {sda, sdaa};
	const struct machine machine = {.disks = both, .disk_count = 2};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		struct err err = ERR_INIT;

		err_set(&err, ERR_MACHINE_DISK, refused[i].where, "%s", refused[i].message);
		disk_errors_identify(&machine, &err);
		assert_string_equal(err.msg, refused[i].words);
	}
}

/* Both are named; the place that an error has stays; what is too long is cut. */
static void test_both(void **state)
{
	const char *const lines[] = {"I/O error, dev sdaa, sector 1",
				     "I/O error, dev sda, sector 2"};
	struct err err = ERR_INIT;

	(void)state;
	err_set(&err, ERR_IO, "usr/bin/x", "cannot write");
	disk_errors_add(&plan, lines, 2, &err);
	assert_string_equal(err.where, "usr/bin/x");
	assert_non_null(strstr(err.msg, "'one'"));
	assert_non_null(strstr(err.msg, "'two'"));
	for (int i = 0; i < 20; i++)
		disk_errors_add(&plan, lines, 2, &err);
	assert_true(strlen(err.msg) < sizeof(err.msg));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
