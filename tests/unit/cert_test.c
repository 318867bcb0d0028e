/* The agent's own reading of certificates: names, times, key; and malformed ones of every kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/cert.h"
#include "tests/unit/der_writer.h"

#define FROM  "250102030405Z"
#define UNTIL "20510102030405Z"

static const uint8_t v4[] = {10, 0, 2, 2}, other_v4[] = {10, 0, 2, 3};
static const uint8_t v6[16] = {0xfd, [15] = 1};

static void add_names(struct der *names)
{
	der_add(names, 0x82, "db1.example", 11);
	der_add(names, 0x87, v4, sizeof(v4));
	der_add(names, 0x86, "https://uri/", 12);
	der_add(names, 0x87, v6, sizeof(v6));
}

static void good_one_is_read(void **state)
{
	struct der der = {0}, names = {0};
	struct cert cert;
	char text[128];

	(void)state;
	add_names(&names);
	der_certificate(&der, &names, FROM, UNTIL);
	assert_int_equal(cert_parse(&cert, der.data, der.size), 0);
	assert_int_equal(cert.public_key.size, 9);
	assert_memory_equal(cert.public_key.data + 2, "the key", 7);
	assert_int_equal(cert.not_before, 1735787045);
	assert_int_equal(cert.not_after, 2556241445);
	assert_true(cert_has_address(&cert, v4, sizeof(v4)));
	assert_true(cert_has_address(&cert, v6, sizeof(v6)));
	assert_false(cert_has_address(&cert, other_v4, sizeof(other_v4)));
	assert_false(cert_has_address(&cert, v6, 4));
	assert_string_equal(cert_names(&cert, text, sizeof(text)),
			    "db1.example, 10.0.2.2, fd00::1");
	assert_string_equal(cert_names(&cert, text, 8), "db1.exa");
}

static void names_may_be_absent(void **state)
{
	struct der der = {0}, none = {0};
	struct cert cert;
	char text[16];

	(void)state;
	der_certificate(&der, NULL, FROM, UNTIL);
	assert_int_equal(cert_parse(&cert, der.data, der.size), 0);
	assert_false(cert_has_address(&cert, v4, sizeof(v4)));
	assert_string_equal(cert_names(&cert, text, sizeof(text)), "");
	der_certificate(&der, &none, FROM, UNTIL);
	assert_int_equal(cert_parse(&cert, der.data, der.size), 0);
	assert_false(cert_has_address(&cert, v4, sizeof(v4)));
}

/* An address must be an iPAddress: neither a name that reads the same nor one with a mask. */
static void lookalikes_are_no_addresses(void **state)
{
	static const uint8_t masked[] = {10, 0, 2, 2, 255, 255, 255, 0};
	struct der der = {0}, names = {0};
	struct cert cert;
	char text[64];

	(void)state;
	der_add(&names, 0x82, "10.0.2.2", 8);
	der_add(&names, 0x82, v4, sizeof(v4));
	der_add(&names, 0x87, masked, sizeof(masked));
	der_certificate(&der, &names, FROM, UNTIL);
	assert_int_equal(cert_parse(&cert, der.data, der.size), 0);
	assert_false(cert_has_address(&cert, v4, sizeof(v4)));
	assert_string_equal(cert_names(&cert, text, sizeof(text)), "10.0.2.2, ????");
}

static void times_are_strict(void **state)
{
	static const char *const bad[] = {"2501020304Z",   "25010203040Z",      "250102030405+",
					  "2501020304x5Z", "2051010203040506Z", ""};
	struct der der = {0};
	struct cert cert;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		der_certificate(&der, NULL, bad[i], UNTIL);
		assert_int_equal(cert_parse(&cert, der.data, der.size), -1);
	}
	der_certificate(&der, NULL, "490101000000Z", "500101000000Z");
	assert_int_equal(cert_parse(&cert, der.data, der.size), 0);
	assert_true(cert.not_before > cert.not_after); /* 2049, 1950 */
}

/* In memory of exactly their size, so that the sanitizer sees a byte too far. */
static int parse_exact(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct cert cert;
	char text[64];
	int ret;

	assert_non_null(copy);
	memcpy(copy, data, size);
	ret = cert_parse(&cert, copy, size);
	if (!ret) {
		cert_names(&cert, text, sizeof(text));
		cert_has_address(&cert, v4, sizeof(v4));
		cert_is_for_servers(&cert);
	}
	free(copy);
	return ret;
}

static void every_prefix_is_refused(void **state)
{
	struct der der = {0}, names = {0};

	(void)state;
	add_names(&names);
	der_certificate(&der, &names, FROM, UNTIL);
	for (size_t size = 0; size < der.size; size++)
		assert_int_equal(parse_exact(der.data, size), -1);
	assert_int_equal(parse_exact(der.data, der.size), 0);
	der.data[der.size] = 0;
	assert_int_equal(parse_exact(der.data, der.size + 1), -1);
}

static void no_damaged_byte_leads_astray(void **state)
{
	struct der der = {0}, names = {0};

	(void)state;
	add_names(&names);
	der_certificate(&der, &names, FROM, UNTIL);
	for (size_t i = 0; i < der.size; i++) {
		uint8_t kept = der.data[i];

		for (unsigned value = 0; value < 256; value++) {
			der.data[i] = (uint8_t)value;
			parse_exact(der.data, der.size);
		}
		der.data[i] = kept;
	}
}

static void lengths_are_strict(void **state)
{
	static const uint8_t indefinite[] = {0x30, 0x80, 0, 0},
			     long_form[] = {0x30, 0x81, 2, 0x30, 0},
			     leading_zero[] = {0x30, 0x82, 0, 2, 0x30, 0},
			     huge[] = {0x30, 0x84, 0xff, 0xff, 0xff, 0xff},
			     tag[] = {0x3f, 2, 0x30, 0};

	(void)state;
	assert_int_equal(parse_exact(indefinite, sizeof(indefinite)), -1);
	assert_int_equal(parse_exact(long_form, sizeof(long_form)), -1);
	assert_int_equal(parse_exact(leading_zero, sizeof(leading_zero)), -1);
	assert_int_equal(parse_exact(huge, sizeof(huge)), -1);
	assert_int_equal(parse_exact(tag, sizeof(tag)), -1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_one_is_read),
		cmocka_unit_test(names_may_be_absent),
		cmocka_unit_test(lookalikes_are_no_addresses),
		cmocka_unit_test(times_are_strict),
		cmocka_unit_test(every_prefix_is_refused),
		cmocka_unit_test(no_damaged_byte_leads_astray),
		cmocka_unit_test(lengths_are_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
