/* Who a request is from, and the canonical forms that it is judged by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "vm/identity.h"

#define TOKEN "00112233445566778899aabbccddeeff"

static void test_table(void **state)
{
	static const struct {
		const char *address, *token; /* of the VM */
		const char *peer, *shown;    /* of the request */
		enum identity identity;
	} rows[] = {
		{"", "", "10.0.0.1", NULL, IDENTITY_OK},
		{"", "", "10.0.0.1", TOKEN, IDENTITY_OK},
		{"10.0.0.1", "", "10.0.0.1", NULL, IDENTITY_OK},
		{"10.0.0.1", "", "10.0.0.2", NULL, IDENTITY_ADDRESS},
		{"10.0.0.1", "", "10.0.0.11", NULL, IDENTITY_ADDRESS},
		{"10.0.0.1", "", "", NULL, IDENTITY_ADDRESS},
		{"", TOKEN, "10.0.0.1", NULL, IDENTITY_NO_TOKEN},
		{"", TOKEN, "10.0.0.1", "", IDENTITY_TOKEN},
		{"", TOKEN, "10.0.0.1", "00112233445566778899aabbccddeefe", IDENTITY_TOKEN},
		{"", TOKEN, "10.0.0.1", TOKEN "0", IDENTITY_TOKEN},
		{"", TOKEN, "10.0.0.1", TOKEN, IDENTITY_OK},
		{"10.0.0.1", TOKEN, "10.0.0.1", TOKEN, IDENTITY_OK},
		{"10.0.0.1", TOKEN, "10.0.0.2", TOKEN, IDENTITY_ADDRESS},
		{"fd00::1", TOKEN, "fd00::1", TOKEN, IDENTITY_OK},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vm vm = {0};

		snprintf(vm.address, sizeof(vm.address), "%s", rows[i].address);
		if (rows[i].token[0])
			token_hash(vm.token_hash, rows[i].token);
		assert_int_equal(identity_judge(&vm, rows[i].peer, rows[i].shown),
				 rows[i].identity);
	}
}

static void test_tokens(void **state)
{
	char a[TOKEN_TEXT], b[TOKEN_TEXT];

	(void)state;
	assert_int_equal(token_new(a, NULL), 0);
	assert_int_equal(token_new(b, NULL), 0);
	assert_int_equal(strlen(a), TOKEN_TEXT_MAX);
	assert_string_not_equal(a, b);
}

static void test_macs(void **state)
{
	static const char *const bad[] = {
		"",
		"52:54:00:12:34",
		"52:54:00:12:34:56:78",
		"52:54:00:12:34:5g",
		"525400123456",
		"00:00:00:00:00:00",
		"01:00:5e:00:00:01",
		"ff:ff:ff:ff:ff:ff",
		"52.54.00.12.34.56",
	};
	char mac[MAC_TEXT];
	struct err err;

	(void)state;
	assert_int_equal(mac_parse(mac, "52-54-00-AB-cd-EF", &err), 0);
	assert_string_equal(mac, "52:54:00:ab:cd:ef");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(mac_parse(mac, bad[i], &err), -1);
		assert_int_equal(err.code, ERR_USAGE);
	}
}

static void test_addresses(void **state)
{
	static const struct {
		const char *text, *canonical;
	} rows[] = {
		{"10.0.0.1", "10.0.0.1"},
		{"fd00:0:0:0::1", "fd00::1"},
		{"::ffff:10.0.0.1", "10.0.0.1"},
		{"10.0.0", NULL},
		{"10.0.0.256", NULL},
		{"", NULL},
		{"db1", NULL},
		{"10.0.0.1/24", NULL},
	};
	char address[ADDRESS_TEXT];
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(address_parse(address, rows[i].text, &err),
				 rows[i].canonical ? 0 : -1);
		if (rows[i].canonical)
			assert_string_equal(address, rows[i].canonical);
	}
}

static void test_peers(void **state)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	struct sockaddr other = {.sa_family = AF_UNIX};
	char address[ADDRESS_TEXT];

	(void)state;
	inet_pton(AF_INET, "10.0.0.1", &v4.sin_addr);
	address_of_peer(address, (const struct sockaddr *)&v4);
	assert_string_equal(address, "10.0.0.1");
	inet_pton(AF_INET6, "::ffff:10.0.0.1", &v6.sin6_addr);
	address_of_peer(address, (const struct sockaddr *)&v6);
	assert_string_equal(address, "10.0.0.1");
	address_of_peer(address, &other);
	assert_string_equal(address, "");
	address_of_peer(address, NULL);
	assert_string_equal(address, "");
}

static void test_names(void **state)
{
	static const char *const bad[] = {
		"",
		"-a",
		".a",
		"a b",
		"a/b",
		"ä",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

	(void)state;
	assert_int_equal(name_check("db1.shop_2-x", "name", NULL), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(name_check(bad[i], "name", NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table), cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_macs),  cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_peers), cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
