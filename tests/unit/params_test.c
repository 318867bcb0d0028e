#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine/params.h"

#define PIN "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct arena arena;

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static int read_text(struct params *params, const char *text, struct err *err)
{
	char path[] = "/tmp/newroot-params.XXXXXX";
	int fd = mkstemp(path), ret;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	ret = params_read(params, path, &arena, err);
	unlink(path);
	return ret;
}

static void assert_text(const char *found, const char *expected)
{
	assert_int_equal(found == NULL, expected == NULL);
	if (found)
		assert_string_equal(found, expected);
}

static void test_good(void **state)
{
	static const struct {
		const char *text, *url, *token, *pin, *mac;
		enum run_mode mode;
	} rows[] = {
		{"", NULL, NULL, NULL, NULL, MODE_INSTALL},
		{"quiet console=ttyS0,115200 initrd=a,b\n", NULL, NULL, NULL, NULL, MODE_INSTALL},
		{"newroot.url=https://10.0.2.2:8443 newroot.mode=rescue", "https://10.0.2.2:8443",
		 NULL, NULL, NULL, MODE_RESCUE},
		{"newroot.mode=wait\nnewroot.mode=plan\n", NULL, NULL, NULL, NULL, MODE_PLAN},
		{"newroot.token=a=b newroot.pin=" PIN, NULL, "a=b", PIN, NULL, MODE_INSTALL},
		{"BOOTIF=01-52-54-00-AB-cd-ef", NULL, NULL, NULL, "52:54:00:ab:cd:ef",
		 MODE_INSTALL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct params params;
		struct err err = ERR_INIT;

		assert_int_equal(read_text(&params, rows[i].text, &err), 0);
		assert_text(params.url, rows[i].url);
		assert_text(params.token, rows[i].token);
		assert_text(params.pin, rows[i].pin);
		assert_text(params.mac, rows[i].mac);
		assert_int_equal(params.mode, rows[i].mode);
	}
}

static void test_bad(void **state)
{
	static const struct {
		const char *text, *where, *msg;
	} rows[] = {
		{"newroot.mode=Install", "newroot.mode",
		 "'Install' is not a mode; accepted are install, rescue, plan, wait"},
		{"newroot.url=", "newroot.url",
		 "the value is empty; accepted is the service's https:// URL"},
		{"newroot.token", "newroot.token",
		 "the value is empty; leave the parameter out when there is no token"},
		{"newroot.mod=rescue", "newroot.mod",
		 "there is no such boot parameter; accepted are newroot.url, newroot.token, newroot.pin, newroot.mode"},
		{"newroot.pin=sha256:12", "newroot.pin",
		 "'sha256:12' is not a pin; accepted is sha256: and 64 hexadecimal digits"},
		{"BOOTIF=52:54:00:ab:cd:ef", "BOOTIF",
		 "'52:54:00:ab:cd:ef' is not accepted; pxelinux writes 01-aa-bb-cc-dd-ee-ff"},
		{"BOOTIF=01-52-54-00-ab-cd-eg", "BOOTIF",
		 "'01-52-54-00-ab-cd-eg' is not accepted; pxelinux writes 01-aa-bb-cc-dd-ee-ff"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct params params;
		struct err err = ERR_INIT;

		assert_int_equal(read_text(&params, rows[i].text, &err), -1);
		assert_int_equal(err.code, ERR_MACHINE_BOOT_PARAM);
		assert_string_equal(err.where, rows[i].where);
		assert_string_equal(err.msg, rows[i].msg);
	}
}

static void test_a_secret_stays_out_of_messages(void **state)
{
	struct params params;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(read_text(&params, "newroot.token=hush newroot.mode=x", &err), -1);
	assert_null(strstr(err.msg, "hush"));
}

static void test_too_long(void **state)
{
	struct params params;
	struct err err = ERR_INIT;
	char *text = calloc(1, 10000);

	(void)state;
	memset(text, 'x', 9999);
	assert_int_equal(read_text(&params, text, &err), -1);
	assert_int_equal(err.code, ERR_MACHINE_BOOT_PARAM);
	free(text);
	assert_int_equal(params_read(&params, "/nonexistent", &arena, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_good, teardown),
		cmocka_unit_test_teardown(test_bad, teardown),
		cmocka_unit_test_teardown(test_a_secret_stays_out_of_messages, teardown),
		cmocka_unit_test_teardown(test_too_long, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
