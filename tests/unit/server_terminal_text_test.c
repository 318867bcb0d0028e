/* No text from outside commands a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/terminal_text.h"

static void expect(const char *text, const char *shown, bool utf8)
{
	char out[200];

	assert_string_equal(terminal_clean(out, sizeof(out), text, utf8), shown);
}

static void use_utf8(void)
{
	assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
	assert_true(terminal_is_utf8());
}

static void test_what_is_shown(void **state)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{"", ""},
		{"plain ~ text", "plain ~ text"},
		{"Größe 中", "Größe 中"},
		{"\x1b[31mred\x1b[0m", "?[31mred?[0m"},
		{"\x1b]0;title\x07", "?]0;title?"},
		{"a\tb\nc\rd\x08"
		 "e\x7f",
		 "a?b?c?d?e?"},
		{"\xc2\x9b"
		 "31m",
		 "?31m"}, /* C1: CSI */
		{"\xc2\x9d"
		 "0;t\xc2\x9c",
		 "?0;t?"},
		{"\x9b"
		 "31m",
		 "?31m"}, /* the same as one byte */
		{"\xe2\x80\xae"
		 "gnp.exe",
		 "?gnp.exe"}, /* right to left */
		{"a\xe2\x80\x8b"
		 "b",
		 "a?b"},                      /* no width */
		{"a\xcc\x81\xcc\x81", "a??"}, /* marks on marks */
		{"\xe2\x80\xa8", "?"},        /* line separator */
		{"cut \xe2\x82", "cut ??"},
		{"\xc0\xaf\xed\xa0\x80", "?????"}, /* overlong, surrogate */
	};

	(void)state;
	use_utf8();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(rows[i].text, rows[i].shown, true);
}

static void test_ascii_terminal(void **state)
{
	(void)state;
	expect("Größe \x1b[2J", "Gr????e ?[2J", false);
	assert_int_equal(setenv("LC_ALL", "C", 1), 0);
	assert_false(terminal_is_utf8());
	expect("Größe \x1b[2J", "Gr????e ?[2J", false);
}

/* Whatever the bytes are: no control comes out, and all of the text is gone through. */
static void test_every_byte(void **state)
{
	char text[4] = "", out[20];

	(void)state;
	use_utf8();
	for (int first = 1; first < 256; first++)
		for (int second = 0; second < 256; second++) {
			text[0] = (char)first;
			text[1] = (char)second;
			terminal_clean(out, sizeof(out), text, true);
			for (const char *p = out; *p; p++) {
				assert_false((unsigned char)*p < ' ' || *p == 0x7f);
				assert_false(p[0] == '\xc2' && (unsigned char)p[1] < 0xa0);
			}
		}
}

static void test_columns(void **state)
{
	char out[TERMINAL_CHAR];
	unsigned columns;

	(void)state;
	use_utf8();
	assert_string_equal(terminal_take(out, &columns, "中b", true), "b");
	assert_int_equal(columns, 2);
	assert_string_equal(terminal_take(out, &columns, "\x1b[A", true), "[A");
	assert_int_equal(columns, 1);
}

static void test_room(void **state)
{
	char out[4];

	(void)state;
	use_utf8();
	assert_string_equal(terminal_clean(out, sizeof(out), "abcdef", true), "abc");
	assert_string_equal(terminal_clean(out, sizeof(out), "ab中", true), "ab");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_shown), cmocka_unit_test(test_ascii_terminal),
		cmocka_unit_test(test_every_byte),    cmocka_unit_test(test_columns),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
