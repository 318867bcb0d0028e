/* URLs: what is accepted and how it is taken apart; what is refused; how redirects are resolved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/url.h"

static void good_urls_are_taken_apart(void **state)
{
	static const struct {
		const char *text, *host, *authority, *target;
		unsigned port, address_size;
	} rows[] = {
		{"https://a", "a", "a", "/", 443, 0},
		{"HTTPS://DB1.Example:8443/x?y=1", "db1.example", "db1.example:8443", "/x?y=1",
		 8443, 0},
		{"https://10.0.2.2:8443", "10.0.2.2", "10.0.2.2:8443", "/", 8443, 4},
		{"https://[fd00::1]/a", "fd00::1", "[fd00::1]", "/a", 443, 16},
		{"https://[FD00::1]:444?q", "fd00::1", "[fd00::1]:444", "/?q", 444, 16},
		{"https://a/b#fragment", "a", "a", "/b", 443, 0},
		{"https://a_b-c.d/%41%2f~", "a_b-c.d", "a_b-c.d", "/%41%2f~", 443, 0},
		{"https://1a/", "1a", "1a", "/", 443, 0},
		{"https://a:443/", "a", "a", "/", 443, 0},
		{"https://a/x@y:z", "a", "a", "/x@y:z", 443, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char authority[URL_AUTHORITY_MAX];
		struct err err = ERR_INIT;
		struct url url;

		print_message("%s\n", rows[i].text);
		assert_int_equal(url_parse(&url, rows[i].text, &err), 0);
		assert_string_equal(url.host, rows[i].host);
		assert_string_equal(url.target, rows[i].target);
		assert_int_equal(url.port, rows[i].port);
		assert_int_equal(url.address_size, rows[i].address_size);
		assert_string_equal(url_authority(&url, authority), rows[i].authority);
	}
}

static void bad_urls_are_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"", "only https://"},
		{"http://a/", "only https://"},
		{"ftp://a/", "only https://"},
		{"https:/a", "only https://"},
		{"https://", "host has 0 bytes"},
		{"https:///path", "host has 0 bytes"},
		{"https://:80/", "host has 0 bytes"},
		{"https://user:secret@a/", "user name or password"},
		{"https://@a/", "user name or password"},
		{"https://a b/", "neither a host name"},
		{"https://a..b/", "neither a host name"},
		{"https://.a/", "neither a host name"},
		{"https://a./", "neither a host name"},
		{"https://1.2.3/", "neither a host name"},
		{"https://10.0.0.256/", "neither a host name"},
		{"https://1.2.3.4.5/", "neither a host name"},
		{"https://4294967295/", "neither a host name"},
		{"https://a%41/", "neither a host name"},
		{"https://[::1/", "without \"]\""},
		{"https://[::g]/", "not an IPv6 address"},
		{"https://[10.0.0.1]/", "not an IPv6 address"},
		{"https://[::1]x/", "follows the host"},
		{"https://a:/", "port is not"},
		{"https://a:0/", "port is not"},
		{"https://a:65536/", "port is not"},
		{"https://a:99999999999999999999/", "port is not"},
		{"https://a:8x/", "follows the host"},
		{"https://a/ b", "byte 0x20"},
		{"https://a/\r\nHost: b", "byte 0x0d"},
		{"https://a/\xc3\xa9", "byte 0xc3"},
		{"https://a/%4", "byte 0x25"},
		{"https://a/%zz", "byte 0x25"},
		{"https://a/\"", "byte 0x22"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;
		struct url url;

		print_message("%s\n", rows[i].text);
		assert_int_equal(url_parse(&url, rows[i].text, &err), -1);
		assert_int_equal(err.code, ERR_URL);
		assert_non_null(strstr(err.msg, rows[i].message));
		assert_null(strstr(err.msg, "secret"));
		assert_null(strstr(err.where, "secret"));
	}
}

static void lengths_are_capped(void **state)
{
	char text[URL_BYTES_MAX + 32];
	struct url url;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "https://h/", 10);
	text[URL_BYTES_MAX] = '\0';
	assert_int_equal(url_parse(&url, text, NULL), 0);
	text[URL_BYTES_MAX] = 'a';
	text[URL_BYTES_MAX + 1] = '\0';
	assert_int_equal(url_parse(&url, text, NULL), -1);
	memset(text, 'a', sizeof(text));
	memcpy(text, "https://", 8);
	text[8 + 64] = '\0';
	assert_int_equal(url_parse(&url, text, NULL), -1);
	text[8 + 63] = '\0';
	assert_int_equal(url_parse(&url, text, NULL), 0);
}

static void references_are_resolved(void **state)
{
	static const struct {
		const char *base, *reference, *result;
	} rows[] = {
		{"https://a/b/c?d", "https://x:9/y", "https://x:9/y"},
		{"https://a/b/c?d", "//x/y", "https://x/y"},
		{"https://a:9/b/c?d", "/y?z", "https://a:9/y?z"},
		{"https://a/b/c?d", "y", "https://a/b/y"},
		{"https://a/b/c?d", "?q", "https://a/b/c?q"},
		{"https://a/b/c?d", "./y", "https://a/b/y"},
		{"https://a/b/c?d", "../y", "https://a/y"},
		{"https://a/b/c?d", "../../../y", "https://a/y"},
		{"https://a/b/c", "..", "https://a/"},
		{"https://a/b/c/d", ".", "https://a/b/c/"},
		{"https://a/b", "/x/./y/../z/?a/../b", "https://a/x/z/?a/../b"},
		{"https://10.0.0.1/b", "//[::1]/c", "https://[::1]/c"},
		{"https://[::1]/b", "//name/c", "https://name/c"},
		{"https://a/b", "http://a/", NULL},
		{"https://a/b", "javascript:x", NULL},
		{"https://a/b", "//", NULL},
		{"https://a/b", "x y", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[URL_BYTES_MAX];
		struct url base, url;

		print_message("%s + %s\n", rows[i].base, rows[i].reference);
		assert_int_equal(url_parse(&base, rows[i].base, NULL), 0);
		assert_int_equal(url_resolve(&url, &base, rows[i].reference, NULL),
				 rows[i].result ? 0 : -1);
		if (rows[i].result)
			assert_string_equal(url_text(&url, text, sizeof(text)), rows[i].result);
	}
}

static void origins_are_compared(void **state)
{
	struct url a, b;

	(void)state;
	assert_int_equal(url_parse(&a, "https://Host/x", NULL), 0);
	assert_int_equal(url_parse(&b, "https://host:443/y", NULL), 0);
	assert_true(url_same_origin(&a, &b));
	assert_int_equal(url_parse(&b, "https://host:444/x", NULL), 0);
	assert_false(url_same_origin(&a, &b));
	assert_int_equal(url_parse(&b, "https://host2/x", NULL), 0);
	assert_false(url_same_origin(&a, &b));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_urls_are_taken_apart),
		cmocka_unit_test(bad_urls_are_refused),
		cmocka_unit_test(lengths_are_capped),
		cmocka_unit_test(references_are_resolved),
		cmocka_unit_test(origins_are_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
