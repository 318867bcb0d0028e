/* Archives: nothing outside the folder is opened, hashes hold while the file is the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archives/archive.h"

#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

struct fixture {
	char path[64];
	int dir; /* path/archives */
	struct store *store;
};

static void put(int dir, const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int root;

	assert_non_null(f);
	strcpy(f->path, "/tmp/newroot-archives-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	root = open(f->path, O_RDONLY | O_DIRECTORY);
	put(root, "secret", "secret");
	assert_int_equal(mkdirat(root, "archives", 0755), 0);
	f->dir = openat(root, "archives", O_RDONLY | O_DIRECTORY);
	close(root);
	assert_int_equal(mkdirat(f->dir, "vm1", 0755), 0);
	put(f->dir, "vm1/root.tar", "abc");
	put(f->dir, "a..b", "dots");
	put(f->dir, ".hidden", "hidden");
	assert_int_equal(symlinkat("../secret", f->dir, "link"), 0);
	assert_int_equal(symlinkat("..", f->dir, "up"), 0);
	assert_int_equal(symlinkat("vm1", f->dir, "inside"), 0);
	assert_int_equal(mkfifoat(f->dir, "fifo", 0644), 0);
	assert_int_equal(store_open(&f->store, f->path, true, NULL), 0);
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

	store_close(f->store);
	close(f->dir);
	nftw(f->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

static void test_opened(void **state)
{
	static const char *const good[] = {"vm1/root.tar", "a..b"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct stat st;
		int fd = archive_open(f->dir, good[i], &st, NULL);

		assert_true(fd >= 0);
		close(fd);
	}
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"/",
		".",
		"..",
		"../secret",
		"vm1/../../secret",
		"vm1/../vm1/root.tar",
		"./a..b",
		"vm1//root.tar",
		"/vm1/root.tar",
		"vm1/root.tar/",
		"vm1",
		"vm1/",
		"link",
		"up/secret",
		"inside/root.tar",
		"fifo",
		".hidden",
		"none",
		"none/root.tar",
		"a..b/x",
		"vm1\n/root.tar",
		"vm1/root.tar\x7f",
		"/etc/passwd",
		"../../../../etc/passwd",
	};
	struct fixture *f = *state;
	char long_path[2000];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;
		struct stat st;

		assert_int_equal(archive_open(f->dir, bad[i], &st, &err), -1);
		assert_int_equal(err.code, ERR_SERVICE_ARCHIVE);
	}
	memset(long_path, 'a', sizeof(long_path));
	long_path[sizeof(long_path) - 1] = '\0';
	assert_false(archive_path_ok(long_path));
	long_path[ARCHIVE_PATH_MAX] = '\0';
	assert_false(archive_path_ok(long_path)); /* one name may have 255 bytes */
}

static void list_one(char *out, const char *path)
{
	strcat(out, path);
	strcat(out, " ");
}

static int list(void *arg, const char *path, int fd, struct err *err)
{
	(void)fd, (void)err;
	list_one(arg, path);
	return 0;
}

static void test_listed(void **state)
{
	struct fixture *f = *state;
	char out[200] = "";

	assert_int_equal(archive_each(f->dir, list, out, NULL), 0);
	assert_string_equal(out, "a..b vm1/root.tar ");
}

static void test_hash_is_kept_until_the_file_changes(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	char sha256[65];
	int fd = archive_open(f->dir, "vm1/root.tar", &st, NULL);

	assert_int_equal(archive_known_hash(f->store, "vm1/root.tar", &st, sha256, NULL), 0);
	assert_string_equal(sha256, "");
	assert_int_equal(archive_hash(f->store, "vm1/root.tar", fd, sha256, NULL), 0);
	assert_string_equal(sha256, ABC);
	assert_int_equal(archive_known_hash(f->store, "vm1/root.tar", &st, sha256, NULL), 0);
	assert_string_equal(sha256, ABC);
	close(fd);
	put(f->dir, "vm1/root.tar", "abd");
	fd = archive_open(f->dir, "vm1/root.tar", &st, NULL);
	close(fd);
	assert_int_equal(archive_known_hash(f->store, "vm1/root.tar", &st, sha256, NULL), 0);
	assert_string_equal(sha256, "");
}

static void test_etag_follows_the_contents(void **state)
{
	struct fixture *f = *state;
	char before[ARCHIVE_ETAG_TEXT], after[ARCHIVE_ETAG_TEXT];
	struct stat st;

	close(archive_open(f->dir, "a..b", &st, NULL));
	archive_etag(before, &st);
	put(f->dir, "a..b", "others");
	close(archive_open(f->dir, "a..b", &st, NULL));
	archive_etag(after, &st);
	assert_int_equal(before[0], '"');
	assert_string_not_equal(before, after);
}

static void test_added(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;
	char file[128], sha256[65];
	struct stat st;
	int fd;

	snprintf(file, sizeof(file), "%s/archives/vm1/root.tar", f->path);
	assert_int_equal(archive_add(f->store, f->dir, file, "new/folder/x.tar", sha256, NULL), 0);
	assert_string_equal(sha256, ABC);
	fd = archive_open(f->dir, "new/folder/x.tar", &st, NULL);
	assert_true(fd >= 0);
	close(fd);
	memset(sha256, 0, sizeof(sha256));
	assert_int_equal(archive_known_hash(f->store, "new/folder/x.tar", &st, sha256, NULL), 0);
	assert_string_equal(sha256, ABC);
	assert_int_equal(archive_add(f->store, f->dir, file, "../x.tar", sha256, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	assert_int_equal(archive_add(f->store, f->dir, "/nonexistent", "x.tar", sha256, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE_FILE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_opened),
		TEST(test_refused),
		TEST(test_listed),
		TEST(test_hash_is_kept_until_the_file_changes),
		TEST(test_etag_follows_the_contents),
		TEST(test_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
