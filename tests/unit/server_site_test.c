/* The data folder's parts: settings, site image (read by cpio itself). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "site/data.h"
#include "site/settings.h"
#include "site/site_image.h"
#include "util/file.h"

struct fixture {
	char path[64];
	struct data data;
	struct settings settings;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->path, "/tmp/newroot-site-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	assert_int_equal(data_create(&f->data, f->path, NULL), 0);
	assert_int_equal(settings_add_name(&f->settings, "service.test", NULL), 0);
	assert_int_equal(settings_add_address(&f->settings, "10.0.0.1", NULL), 0);
	assert_int_equal(settings_set_url(&f->settings, "https://10.0.0.1:8443", NULL), 0);
	assert_int_equal(settings_set_parameters(&f->settings, "console=ttyS0", NULL), 0);
	*state = f;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	data_close(&f->data);
	nftw(f->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

static void test_settings_round_trip(void **state)
{
	struct fixture *f = *state;
	struct settings read;
	struct data data;
	struct err err = ERR_INIT;

	assert_int_equal(data_open(&data, f->path, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE_DATA);
	assert_int_equal(settings_save(&f->settings, &f->data, NULL), 0);
	assert_int_equal(data_open(&data, f->path, NULL), 0);
	assert_int_equal(settings_load(&read, &data, NULL), 0);
	assert_memory_equal(&read, &f->settings, sizeof(read));
	data_close(&data);
	assert_int_equal(data_create(&data, f->path, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE_DATA);
}

static void test_bad_settings(void **state)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{",
		"{}",
		"{\"url\":1}",
		"{\"url\":\"http://x\"}",
		"{\"url\":\"https://x/path\"}",
		"{\"url\":\"https://x\",\"speed\":1}",
		"{\"url\":\"https://x\",\"names\":\"x\"}",
		"{\"url\":\"https://x\",\"names\":[\"a b\"]}",
		"{\"url\":\"https://x\",\"addresses\":[\"x\"]}",
		"{\"url\":\"https://x\",\"parameters\":\"a\\nb\"}",
		"{\"url\":\"https://x\",\"parameters\":\"a$b\"}",
		"{\"url\":\"https://x\",\"url\":\"https://y\"}",
		"{\"url\":\"https://x\",\"net_interface\":\"br0\"}",
		"{\"url\":\"https://x\",\"net_address\":\"10.0.0.1/24\"}",
		"{\"url\":\"https://x\",\"net_router\":\"10.0.0.1\"}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;
		struct settings read;

		assert_int_equal(
			file_write(f->data.root, DATA_SETTINGS, bad[i], strlen(bad[i]), 0644, NULL),
			0);
		assert_int_equal(settings_load(&read, &f->data, &err), -1);
		assert_string_equal(err.where, DATA_SETTINGS);
	}
}

static void test_net_settings(void **state)
{
	static const struct {
		int (*set)(struct settings *settings, const char *text, struct err *err);
		const char *text;
		int ret;
	} rows[] = {
		{settings_set_net_interface, "br0", 0},
		{settings_set_net_interface, "eth0.12_a-b", 0},
		{settings_set_net_interface, "abcdefghijklmnop", -1},
		{settings_set_net_interface, "", -1},
		{settings_set_net_interface, "-x", -1},
		{settings_set_net_interface, "a/b", -1},
		{settings_set_net_interface, "eth0:1", -1},
		{settings_set_net_address, "10.77.0.1/24", 0},
		{settings_set_net_address, "192.168.1.1/30", 0},
		{settings_set_net_address, "10.77.0.1", -1},
		{settings_set_net_address, "10.77.0.1/", -1},
		{settings_set_net_address, "10.77.0.1/x", -1},
		{settings_set_net_address, "10.77.0.1/+24", -1},
		{settings_set_net_address, "10.77.0.1/24 ", -1},
		{settings_set_net_address, "10.77.0.1/31", -1},
		{settings_set_net_address, "10.77.0.1/7", -1},
		{settings_set_net_address, "10.77.0.0/24", -1},
		{settings_set_net_address, "10.77.0.255/24", -1},
		{settings_set_net_address, "127.0.0.1/8", -1},
		{settings_set_net_address, "224.0.0.1/24", -1},
		{settings_set_net_address, "0.0.0.1/24", -1},
		{settings_set_net_address, "fd00::1/64", -1},
		{settings_set_net_address, "/24", -1},
		{settings_set_net_router, "10.77.0.254", 0},
		{settings_set_net_router, "fd00::1", -1},
		{settings_set_net_router, "gate", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct settings settings = {0};
		struct err err = ERR_INIT;

		assert_int_equal(rows[i].set(&settings, rows[i].text, &err), rows[i].ret);
		assert_int_equal(err.code, rows[i].ret ? ERR_USAGE : ERR_NONE);
	}
}

static void set_net(struct settings *settings, const char *router)
{
	assert_int_equal(settings_set_net_interface(settings, "br0", NULL), 0);
	assert_int_equal(settings_set_net_address(settings, "10.77.0.1/24", NULL), 0);
	assert_int_equal(settings_set_net_router(settings, router, NULL), 0);
}

static void test_net_together(void **state)
{
	static const struct {
		const char *router;
		int ret;
	} rows[] = {
		{"10.77.0.254", 0},
		{"10.77.1.254", -1},
		{"10.77.0.0", -1},
		{"10.77.0.255", -1},
	};
	struct fixture *f = *state;
	struct settings read;
	struct data data;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct settings settings = {0};

		set_net(&settings, rows[i].router);
		assert_int_equal(settings_check_net(&settings, NULL), rows[i].ret);
	}
	set_net(&f->settings, "10.77.0.254");
	assert_int_equal(settings_save(&f->settings, &f->data, NULL), 0);
	assert_int_equal(data_open(&data, f->path, NULL), 0);
	assert_int_equal(settings_load(&read, &data, NULL), 0);
	assert_memory_equal(&read, &f->settings, sizeof(read));
	data_close(&data);
}

static void test_vm_addresses(void **state)
{
	static const struct {
		const char *address;
		int ret;
	} rows[] = {
		{"10.77.0.11", 0},   {"", 0},           {"fd00::1", 0},
		{"10.77.1.11", -1},  {"10.77.0.1", -1}, {"10.77.0.254", -1},
		{"10.77.0.255", -1}, {"10.77.0.0", -1},
	};
	struct settings none = {0}, settings = {0};

	(void)state;
	set_net(&settings, "10.77.0.254");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(settings_check_vm_address(&settings, rows[i].address, NULL),
				 rows[i].ret);
		assert_int_equal(settings_check_vm_address(&none, rows[i].address, NULL), 0);
	}
}

static void run(char *out, size_t size, const char *fmt, const char *path)
{
	char command[200];
	FILE *pipe;
	size_t got;

	snprintf(command, sizeof(command), fmt, path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	got = fread(out, 1, size - 1, pipe);
	out[got] = '\0';
	assert_int_equal(pclose(pipe), 0);
}

static void test_site_image(void **state)
{
	struct fixture *f = *state;
	char key[128], out[1000];
	char *keys[] = {key};

	snprintf(key, sizeof(key), "%s/key.pub", f->path);
	assert_int_equal(
		file_write(f->data.root, "key.pub", "# me\nssh-ed25519 AAAA me", 24, 0644, NULL),
		0);
	assert_int_equal(file_write(f->data.root, DATA_CA_CERT, "cert\n", 5, 0644, NULL), 0);
	assert_int_equal(site_write_keys(&f->data, keys, 1, NULL), 0);
	assert_int_equal(site_write_defaults(&f->data, &f->settings, NULL), 0);
	assert_int_equal(site_image_write(&f->data, NULL), 0);
	run(out, sizeof(out), "zcat %s/boot/site.img | cpio -t --quiet", f->path);
	assert_string_equal(out,
			    "etc\netc/newroot\netc/newroot/site\netc/newroot/site/authorized_keys\n"
			    "etc/newroot/site/ca.pem\netc/newroot/site/defaults\n");
	run(out, sizeof(out),
	    "zcat %s/boot/site.img | cpio -i --quiet --to-stdout '*/authorized_keys' '*/defaults'",
	    f->path);
	assert_string_equal(out, "# me\nssh-ed25519 AAAA me\nnewroot.url=https://10.0.0.1:8443\n");
}

static void test_keys_are_checked(void **state)
{
	static const char *const bad[] = {"hello\n", "ssh-ed25519 A\n\nrubbish",
					  "-----BEGIN OPENSSH PRIVATE KEY-----"};
	struct fixture *f = *state;
	char key[128];
	char *keys[] = {key};

	snprintf(key, sizeof(key), "%s/key.pub", f->path);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(
			file_write(f->data.root, "key.pub", bad[i], strlen(bad[i]), 0644, NULL), 0);
		assert_int_equal(site_write_keys(&f->data, keys, 1, &err), -1);
		assert_int_equal(err.code, ERR_USAGE);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_settings_round_trip), TEST(test_bad_settings), TEST(test_net_settings),
		TEST(test_net_together),        TEST(test_vm_addresses), TEST(test_site_image),
		TEST(test_keys_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
