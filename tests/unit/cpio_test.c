/* The cpio writer and its compressor: what cpio(1) and libarchive read back is what was written. */
#include "archive/cpio.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "archive/gzip.h"
#include "tests/unit/scratch.h"

#define LARGE 3000001 /* odd, and larger than every buffer */

SCRATCH_FOR_ALL
static char large[LARGE];

static const struct expected {
	const char *path;
	mode_t mode;
	size_t size;
	const char *target;
	unsigned major, minor;
} expected[] = {
	{"dev", S_IFDIR | 0755, 0, NULL, 0, 0},
	{"dev/console", S_IFCHR | 0600, 0, NULL, 5, 1},
	{"dev/sda", S_IFBLK | 0640, 0, NULL, 8, 0},
	{"bin", S_IFDIR | 0755, 0, NULL, 0, 0},
	{"bin/sh", S_IFLNK | 0777, 7, "busybox", 0, 0},
	{"a", S_IFREG | 0644, 1, NULL, 0, 0},
	{"empty", S_IFREG | 0600, 0, NULL, 0, 0},
	{"large", S_IFREG | 0755, LARGE, NULL, 0, 0},
};
#define EXPECTED (sizeof(expected) / sizeof(*expected))

static int write_gzip(void *ctx, const void *data, size_t size, struct err *err)
{
	return gzip_write(ctx, data, size, err);
}

static void write_archive(void)
{
	int fd = scratch_open(&scratch, "t.gz", O_WRONLY | O_CREAT | O_TRUNC);
	struct cpio cpio = {.write = write_gzip};
	struct err err = ERR_INIT;
	struct gzip *gzip;

	for (size_t i = 0; i < LARGE; i++)
		large[i] = (char)(i * 2654435761U >> 13);
	assert_int_equal(gzip_open(&gzip, fd, &err), 0);
	cpio.ctx = gzip;
	cpio_directory(&cpio, "dev", 0755);
	cpio_device(&cpio, "dev/console", S_IFCHR, 0600, 5, 1);
	cpio_device(&cpio, "dev/sda", S_IFBLK, 0640, 8, 0);
	cpio_directory(&cpio, "bin", 0755);
	cpio_symlink(&cpio, "bin/sh", "busybox");
	cpio_file(&cpio, "a", 0644, "x", 1);
	cpio_file(&cpio, "empty", 0600, NULL, 0);
	cpio_file(&cpio, "large", 0755, large, LARGE);
	assert_int_equal(cpio_end(&cpio, &err), 0);
	assert_int_equal(gzip_close(gzip, true, &err), 0);
	close(fd);
}

static void check_entry(struct archive *reader, struct archive_entry *entry,
			const struct expected *want)
{
	assert_string_equal(archive_entry_pathname(entry), want->path);
	assert_int_equal(archive_entry_mode(entry), want->mode);
	assert_int_equal(archive_entry_uid(entry), 0);
	assert_int_equal(archive_entry_mtime(entry), 0);
	if (want->target)
		assert_string_equal(archive_entry_symlink(entry), want->target);
	if (S_ISREG(want->mode)) {
		char *data = malloc(want->size + 1);

		assert_int_equal(archive_entry_size(entry), want->size);
		assert_int_equal(archive_read_data(reader, data, want->size + 1), want->size);
		if (want->size == LARGE)
			assert_memory_equal(data, large, LARGE);
		free(data);
	}
	if (S_ISCHR(want->mode) || S_ISBLK(want->mode))
		assert_int_equal(archive_entry_rdev(entry), makedev(want->major, want->minor));
}

static void libarchive_reads_what_was_written(void **state)
{
	struct archive *reader = archive_read_new();
	struct archive_entry *entry;
	char path[PATH_MAX + 8];
	size_t count = 0;

	(void)state;
	write_archive();
	archive_read_support_filter_gzip(reader);
	archive_read_support_format_cpio(reader);
	snprintf(path, sizeof(path), "%s/t.gz", scratch.path);
	assert_int_equal(archive_read_open_filename(reader, path, 65536), ARCHIVE_OK);
	while (archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
		assert_true(count < EXPECTED);
		check_entry(reader, entry, &expected[count++]);
	}
	assert_int_equal(count, EXPECTED);
	archive_read_free(reader);
}

static void the_tools_read_what_was_written(void **state)
{
	(void)state;
	write_archive();
	scratch_run(
		&scratch,
		"gzip -t t.gz; zcat t.gz | cpio -t --quiet >list\n"
		"printf 'dev\\ndev/console\\ndev/sda\\nbin\\nbin/sh\\na\\nempty\\nlarge\\n' | diff - list");
}

static int full(void *ctx, const void *data, size_t size, struct err *err)
{
	size_t *room = ctx;

	(void)data;
	if (size > *room)
		return err_set(err, ERR_ARCHIVE_SPACE, "/boot", "full");
	*room -= size;
	return 0;
}

static void the_first_failure_is_kept(void **state)
{
	(void)state;
	for (size_t room = 0; room < 300; room += 30) {
		size_t left = room;
		struct cpio cpio = {.write = full, .ctx = &left};
		struct err err = ERR_INIT;

		cpio_file(&cpio, "file", 0644, large, 200);
		left = 1 << 20;
		cpio_file(&cpio, "other", 0644, large, 10);
		assert_int_equal(cpio_end(&cpio, &err), -1);
		assert_int_equal(err.code, ERR_ARCHIVE_SPACE);
	}
}

static void the_same_contents_give_the_same_bytes(void **state)
{
	(void)state;
	write_archive();
	scratch_run(&scratch, "mv t.gz first.gz");
	write_archive();
	scratch_run(&scratch, "cmp first.gz t.gz");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libarchive_reads_what_was_written),
		cmocka_unit_test(the_tools_read_what_was_written),
		cmocka_unit_test(the_first_failure_is_kept),
		cmocka_unit_test(the_same_contents_give_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
