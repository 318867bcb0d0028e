#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "http/query.h"
#include "http/unescape.h"

#define BOOT "00000000-1111-2222-3333-444444444444"

static const struct {
	const char *text;
	bool good;
	int64_t value;
} numbers[] = {
	{NULL, true, 7}, /* as it was */
	{"1", true, 1},
	{"0010", true, 10},
	{"100", true, 100},
	{"0", false, 0},
	{"101", false, 0},
	{"", false, 0},
	{"-1", false, 0},
	{"+1", false, 0},
	{" 1", false, 0},
	{"1 ", false, 0},
	{"0x1", false, 0},
	{"1e1", false, 0},
	{"9223372036854775808", false, 0},
};

static void test_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		int64_t value = 7;

		print_message("%s\n", numbers[i].text);
		assert_int_equal(query_number(numbers[i].text, 1, 100, &value), numbers[i].good);
		assert_int_equal(value, numbers[i].good ? numbers[i].value : 7);
	}
}

static void test_event_ids(void **state)
{
	static const char *const bad[] = {
		"",       ":1",       BOOT,           BOOT ":",        BOOT ":x",
		BOOT "1", BOOT "0:1", BOOT ":-1",     BOOT ":1000001", BOOT ":99999999999999999999",
		"x:1",    "::",       BOOT ":1:" BOOT};
	char boot[BOOT_UUID_TEXT];
	int64_t seq;

	(void)state;
	assert_true(query_event_id(BOOT ":12", boot, &seq));
	assert_string_equal(boot, BOOT);
	assert_int_equal(seq, 12);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		print_message("%s\n", bad[i]);
		assert_false(query_event_id(bad[i], boot, &seq));
	}
}

static void test_unescaping(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"", ""},           {"/v1/vms", "/v1/vms"}, {"%2e%2E", ".."},
		{"a%2Fb", "a/b"},   {"%252e", "%2e"},       {"%00", "%00"},
		{"%", "%"},         {"%2", "%2"},           {"%zz", "%zz"},
		{"%%41", "%A"},     {"a+b", "a+b"},         {"%c3%a9", "\303\251"},
		{"%0a%01", "\n\1"}, {"%2%65", "%2e"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[32];

		strcpy(text, rows[i].in);
		assert_int_equal(unescape(text), strlen(rows[i].out));
		assert_string_equal(text, rows[i].out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_event_ids),
		cmocka_unit_test(test_unescaping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
