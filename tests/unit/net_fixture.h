/* A data folder with a store and settings, for tests of what VMs boot from the network. */
#ifndef TESTS_NET_FIXTURE_H
#define TESTS_NET_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "site/data.h"
#include "site/settings.h"
#include "store/store.h"
#include "util/file.h"

#define NET_GOLDEN "tests/unit/golden/net/"
#define TOKEN      "00112233445566778899aabbccddeeff"

struct net_fixture {
	char path[64];
	struct data data;
	struct settings settings;
	struct store *store;
};

static inline int net_setup(void **state)
{
	struct net_fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->path, "/tmp/newroot-net-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	assert_int_equal(data_create(&f->data, f->path, NULL), 0);
	assert_int_equal(settings_add_address(&f->settings, "10.77.0.1", NULL), 0);
	assert_int_equal(settings_set_url(&f->settings, "https://10.77.0.1:8443", NULL), 0);
	assert_int_equal(settings_set_parameters(&f->settings, "console=ttyS0", NULL), 0);
	assert_int_equal(store_open(&f->store, f->path, true, NULL), 0);
	*state = f;
	return 0;
}

static inline int net_remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static inline int net_teardown(void **state)
{
	struct net_fixture *f = *state;

	store_close(f->store);
	data_close(&f->data);
	nftw(f->path, net_remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

/* The VM number `n`: vm7, 52:54:00:77:00:07, 10.77.0.7, with a token. */
static inline struct vm net_vm(int n)
{
	struct vm vm = {.mode = "install", .token = TOKEN, .state = VM_CREATED, .armed = true};

	snprintf(vm.name, sizeof(vm.name), "vm%d", n);
	snprintf(vm.mac, sizeof(vm.mac), "52:54:00:77:%02x:%02x", n >> 8 & 255, n & 255);
	snprintf(vm.address, sizeof(vm.address), "10.77.%d.%d", n >> 8 & 255, n & 255);
	snprintf(vm.token_hash, sizeof(vm.token_hash), "hash of %d", n);
	return vm;
}

static inline struct vm net_add(struct store *store, struct vm vm)
{
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(store_vm_add(store, &vm, "{}", "", NULL), 0);
	assert_int_equal(store_commit(store, NULL), 0);
	return vm;
}

/* A file's text, the caller's to free; NULL when there is none. */
static inline char *net_read(int dir, const char *name)
{
	char *text;
	size_t size;

	return file_read(dir, name, 1 << 20, &text, &size, NULL) == 0 ? text : NULL;
}

static inline void net_assert_file(int dir, const char *name, const char *expected)
{
	char *text = net_read(dir, name);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

/* NEWROOT_GOLDEN=write in the environment writes the expected file first. */
static inline void net_compare_golden(const char *text, const char *golden)
{
	char path[100], *expected;
	size_t size;

	snprintf(path, sizeof(path), NET_GOLDEN "%s", golden);
	if (getenv("NEWROOT_GOLDEN")) {
		FILE *out = fopen(path, "w");

		assert_non_null(out);
		fputs(text, out);
		fclose(out);
	}
	assert_int_equal(file_read(AT_FDCWD, path, 1 << 20, &expected, &size, NULL), 0);
	assert_string_equal(text, expected);
	free(expected);
}

/* Whether there is such a file, and it has the word. */
static inline bool net_has(int dir, const char *name, const char *word)
{
	char *text = net_read(dir, name);
	bool has = text && strstr(text, word);

	free(text);
	return has;
}

#endif
