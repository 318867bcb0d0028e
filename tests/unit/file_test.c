/* Small files: read whole or refused, and replaced so that after a power cut there is the old one or the new one. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_renameat(int from_dir, const char *from, int to_dir, const char *to);
int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);

static struct scratch scratch;
static struct arena arena;
static char done[64]; /* in their order: f and d are a file's and a folder's fsync, r is a rename */
static char fails;    /* the one of them that fails */

static int happens(char what)
{
	done[strlen(done)] = what;
	if (what != fails)
		return 0;
	errno = EIO;
	return -1;
}

int __wrap_fsync(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return happens(S_ISDIR(st.st_mode) ? 'd' : 'f') ? -1 : __real_fsync(fd);
}

int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return happens('r') ? -1 : __real_renameat(from_dir, from, to_dir, to);
}

int __wrap_rename(const char *from, const char *to)
{
	return happens('r') ? -1 : __real_rename(from, to);
}

static const char *path_of(const char *name)
{
	return arena_printf(&arena, "%s/%s", scratch.path, name);
}

static const char *text_of(const char *name)
{
	return file_text(AT_FDCWD, path_of(name), 100, &arena, NULL);
}

static void files_are_read_whole(void **state)
{
	size_t size = 0;
	int dir;

	(void)state;
	scratch_run(&scratch, "printf 'a\\0b' >zero; printf %0100d 1 >full; : >empty");
	dir = scratch_open(&scratch, ".", O_RDONLY | O_DIRECTORY);
	assert_memory_equal(file_text(dir, "zero", 3, &arena, &size), "a\0b", 4);
	assert_int_equal(size, 3);
	close(dir);
	assert_int_equal(strlen(text_of("full")), 100);
	assert_string_equal(text_of("empty"), "");
	assert_non_null(file_text(AT_FDCWD, "/proc/self/status", 65536, &arena, &size));
	assert_true(size > 100);
}

static void what_is_no_small_file_is_refused(void **state)
{
	static const struct {
		const char *name;
		int error;
	} rows[] = {{"long", EFBIG}, {".", EINVAL}, {"fifo", EINVAL}, {"none", ENOENT}};

	(void)state;
	scratch_run(&scratch, "printf %0101d 1 >long; mkfifo fifo");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		errno = 0;
		assert_null(text_of(rows[i].name));
		assert_int_equal(errno, rows[i].error);
	}
	assert_null(file_text(AT_FDCWD, "/proc/self/status", 100, &arena, NULL));
	assert_int_equal(errno, EFBIG);
}

static int replace(int dir, const char *path)
{
	return file_replace(dir, path, "new", 3, 0640);
}

static int replace_unsynced(int dir, const char *path)
{
	return file_replace_unsynced(dir, path, "new", 3, 0640);
}

/* What fails, what has been done until then, and what is in the file. */
static const struct replacing {
	int (*replace)(int dir, const char *path);
	char fails;
	const char *done, *text;
} replacings[] = {
	{replace, 0, "frd", "new"},
	{replace, 'f', "f", "old"},
	{replace, 'r', "fr", "old"},
	{replace, 'd', "frd", "new"}, /* told, for it may be the old one after a power cut */
	{replace_unsynced, 0, "r", "new"},
	{replace_unsynced, 'r', "r", "old"},
};

static void check_replacing(const struct replacing *c, int dir, const char *path)
{
	struct stat st;

	scratch_run(&scratch, "printf old >file");
	memset(done, 0, sizeof(done));
	fails = c->fails;
	assert_int_equal(c->replace(dir, path), c->fails ? -1 : 0);
	assert_true(!c->fails || errno == EIO);
	assert_string_equal(done, c->done);
	assert_string_equal(text_of("file"), c->text);
	assert_int_equal(access(path_of("file.new"), F_OK), -1);
	assert_int_equal(stat(path_of("file"), &st), 0);
	assert_true(strcmp(c->text, "new") || (st.st_mode & 07777) == 0640);
}

static void a_file_is_replaced_at_once(void **state)
{
	const int dir = scratch_open(&scratch, ".", O_RDONLY | O_DIRECTORY);

	(void)state;
	for (size_t i = 0; i < sizeof(replacings) / sizeof(*replacings); i++) {
		check_replacing(&replacings[i], dir, "file");
		check_replacing(&replacings[i], AT_FDCWD, path_of("file"));
	}
	close(dir);
}

static void a_name_is_on_the_disk(void **state)
{
	(void)state;
	fails = 0;
	scratch_run(&scratch, "printf moved >from");
	memset(done, 0, sizeof(done));
	assert_int_equal(file_rename(path_of("from"), path_of("to")), 0);
	assert_string_equal(done, "rd");
	assert_string_equal(text_of("to"), "moved");
}

static int make(void **state)
{
	(void)state;
	scratch_make(&scratch);
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_read_whole),
		cmocka_unit_test(what_is_no_small_file_is_refused),
		cmocka_unit_test(a_file_is_replaced_at_once),
		cmocka_unit_test(a_name_is_on_the_disk),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
