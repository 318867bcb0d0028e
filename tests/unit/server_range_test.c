#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/range.h"

#define BIG UINT64_C(5000000000000)

static const struct {
	const char *header;
	uint64_t size;
	enum range_kind kind;
	uint64_t first, length;
} rows[] = {
	{NULL, 10, RANGE_WHOLE, 0, 0},
	{"", 10, RANGE_WHOLE, 0, 0},
	{"bytes", 10, RANGE_WHOLE, 0, 0},
	{"bytes=", 10, RANGE_WHOLE, 0, 0},
	{"lines=0-1", 10, RANGE_WHOLE, 0, 0},
	{"bytes=x-1", 10, RANGE_WHOLE, 0, 0},
	{"bytes=1", 10, RANGE_WHOLE, 0, 0},
	{"bytes=1-x", 10, RANGE_WHOLE, 0, 0},
	{"bytes= 1-2", 10, RANGE_WHOLE, 0, 0},
	{"bytes=1-2 ", 10, RANGE_WHOLE, 0, 0},
	{"bytes=1-2,4-5", 10, RANGE_WHOLE, 0, 0},
	{"bytes=-", 10, RANGE_WHOLE, 0, 0},
	{"bytes=--1", 10, RANGE_WHOLE, 0, 0},
	{"bytes=5-4", 10, RANGE_WHOLE, 0, 0},
	{"bytes=+1-2", 10, RANGE_WHOLE, 0, 0},
	{"bytes=0-18446744073709551616", 10, RANGE_WHOLE, 0, 0},
	{"bytes=99999999999999999999-", 10, RANGE_WHOLE, 0, 0},
	{"bytes=0-0", 10, RANGE_PART, 0, 1},
	{"BYTES=0-0", 10, RANGE_PART, 0, 1},
	{"bytes=0-", 10, RANGE_PART, 0, 10},
	{"bytes=9-", 10, RANGE_PART, 9, 1},
	{"bytes=3-5", 10, RANGE_PART, 3, 3},
	{"bytes=3-9", 10, RANGE_PART, 3, 7},
	{"bytes=3-10", 10, RANGE_PART, 3, 7},
	{"bytes=3-18446744073709551615", 10, RANGE_PART, 3, 7},
	{"bytes=-1", 10, RANGE_PART, 9, 1},
	{"bytes=-10", 10, RANGE_PART, 0, 10},
	{"bytes=-11", 10, RANGE_PART, 0, 10},
	{"bytes=4999999999999-", BIG, RANGE_PART, BIG - 1, 1},
	{"bytes=10-", 10, RANGE_UNSATISFIABLE, 0, 0},
	{"bytes=10-20", 10, RANGE_UNSATISFIABLE, 0, 0},
	{"bytes=0-", 0, RANGE_UNSATISFIABLE, 0, 0},
	{"bytes=-5", 0, RANGE_UNSATISFIABLE, 0, 0},
	{"bytes=-0", 10, RANGE_UNSATISFIABLE, 0, 0},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct range range = {0};

		print_message("%s of %llu\n", rows[i].header, (unsigned long long)rows[i].size);
		assert_int_equal(range_parse(rows[i].header, rows[i].size, &range), rows[i].kind);
		if (rows[i].kind != RANGE_PART)
			continue;
		assert_int_equal(range.first, rows[i].first);
		assert_int_equal(range.length, rows[i].length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
