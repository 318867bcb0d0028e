/* Streams from a folder that stands in for a mounted one: what is resumed, what is refused, what is tried again. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <nettle/sha2.h>

#include "base/limits.h"
#include "nfs/nfs_error.h"
#include "nfs/nfs_fetch.h"
#include "nfs/nfs_mount.h"
#include "tests/unit/scratch.h"

#define URL  "nfs://nas/srv/a.tar"
#define SIZE (3 * FETCH_PIECE + 5)

static const struct net_limits limits = {
	.connect_ms = 1, .stall_ms = 400, .retries = 2, .backoff_ms = 1, .backoff_max_ms = 2};

static struct scratch scratch;
static char path[PATH_MAX + 8];
static uint8_t content[SIZE], digest[SHA256_DIGEST_SIZE];
static uint64_t last_done, last_total;

/* Shared with the process that reads. */
static struct script {
	const int *mounts; /* of each mount its errno; 0: it works */
	size_t mount_count, mounted;
	bool hangs;             /* a mount, or, with read_errno, the read that would fail */
	uint64_t read_fails_at; /* once, at or behind this offset; 0: never */
	int read_errno;
	void (*meanwhile)(void); /* done to the file when a read fails */
} * script;

int nfs_mount(const struct nfs_url *url, const struct net_limits *given, struct err *err)
{
	int error = script->mounted < script->mount_count ? script->mounts[script->mounted] : 0;

	if (given != &limits || strcmp(url->folder, "/srv"))
		return err_set(err, ERR_INTERNAL, NULL, "the folder is another");
	script->mounted++;
	while (script->hangs && !script->read_errno)
		pause();
	errno = error;
	if (error)
		return err_sys(err, nfs_code(error), "nas:/srv", "cannot mount it");
	return open(scratch.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

ssize_t __real_pread(int fd, void *to, size_t size, off_t at);
ssize_t __wrap_pread(int fd, void *to, size_t size, off_t at);

ssize_t __wrap_pread(int fd, void *to, size_t size, off_t at)
{
	if (!script->read_errno || (uint64_t)at < script->read_fails_at)
		return __real_pread(fd, to, size, at);
	while (script->hangs)
		pause();
	if (script->meanwhile)
		script->meanwhile();
	errno = script->read_errno;
	script->read_errno = 0;
	return -1;
}

static void watch(uint64_t done, uint64_t total)
{
	last_done = done;
	last_total = total;
}

static void write_file(void)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(content, 1, sizeof(content), file), sizeof(content));
	assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
	struct sha256_ctx sha;

	(void)state;
	scratch_make(&scratch);
	snprintf(path, sizeof(path), "%s/a.tar", scratch.path);
	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = (uint8_t)(i * 7 + i / 251);
	sha256_init(&sha);
	sha256_update(&sha, sizeof(content), content);
	sha256_digest(&sha, sizeof(digest), digest);
	write_file();
	script = mmap(NULL, sizeof(*script), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	assert_ptr_not_equal(script, MAP_FAILED);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return munmap(script, sizeof(*script));
}

/* To a file that is compared: what came is the content, each byte once. */
static int stream(const uint8_t *sha256, struct err *err)
{
	FILE *out = tmpfile();
	uint8_t *found = malloc(SIZE + 1);
	uint64_t bytes = 0;
	int ret;

	assert_non_null(out);
	assert_non_null(found);
	ret = nfs_stream(URL, &limits, sha256, fileno(out), watch, &bytes, err);
	rewind(out);
	assert_int_equal(fread(found, 1, SIZE + 1, out), bytes);
	assert_memory_equal(found, content, bytes);
	assert_true(ret || bytes == SIZE);
	assert_true(!ret || *err->msg);
	free(found);
	fclose(out);
	return ret;
}

static void is_streamed_whole(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(stream(digest, &err), 0);
	assert_int_equal(last_done, SIZE);
	assert_int_equal(last_total, SIZE);
	assert_int_equal(script->mounted, 1);
}

static void another_hash_is_refused(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	digest[3] ^= 1;
	assert_int_equal(stream(digest, &err), -1);
	assert_int_equal(err.code, ERR_ARCHIVE_HASH);
	assert_string_equal(err.where, URL);
}

static void a_failure_that_passes_is_resumed(void **state)
{
	static const int errors[] = {EIO, ESTALE, ETIMEDOUT, ECONNREFUSED, EHOSTUNREACH};
	/* The first mount of all works; the one behind the failure does not. */
	static const int mounts[] = {0, ECONNREFUSED};

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		struct err err = ERR_INIT;

		memset(script, 0, sizeof(*script));
		script->read_errno = errors[i];
		script->read_fails_at = FETCH_PIECE + 1;
		if (i == 0) {
			script->mounts = mounts;
			script->mount_count = 2;
		}
		print_message("%s\n", strerror(errors[i]));
		assert_int_equal(stream(digest, &err), 0);
		assert_int_equal(script->mounted, i == 0 ? 3 : 2);
	}
}

static void a_server_that_stays_away_is_given_up(void **state)
{
	static const int mounts[] = {ECONNREFUSED, ECONNREFUSED, ETIMEDOUT, 0};
	struct err err = ERR_INIT;

	(void)state;
	script->mounts = mounts;
	script->mount_count = 4;
	assert_int_equal(stream(digest, &err), -1);
	assert_int_equal(err.code, ERR_NET_TIMEOUT);
	assert_string_equal(err.where, URL);
	assert_non_null(strstr(err.msg, "gave up after 3 attempts"));
	assert_non_null(strstr(err.msg, "nas:/srv"));
}

/* The process that waits is ended, each time. */
static void a_server_that_hangs_is_given_up(void **state)
{
	static const int when[] = {0, EIO};

	(void)state;
	for (size_t i = 0; i < sizeof(when) / sizeof(*when); i++) {
		struct err err = ERR_INIT;

		memset(script, 0, sizeof(*script));
		script->hangs = true;
		script->read_errno = when[i];
		script->read_fails_at = SIZE - 5;
		assert_int_equal(stream(digest, &err), -1);
		print_message("%s\n", err.msg);
		assert_int_equal(err.code, ERR_NET_TIMEOUT);
		assert_int_equal(script->mounted, 3);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	}
}

static void die(void)
{
	raise(SIGKILL);
}

static void a_reader_that_dies_is_an_error(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	script->read_errno = EIO;
	script->meanwhile = die;
	assert_int_equal(stream(digest, &err), -1);
	assert_int_equal(err.code, ERR_CHILD_DIED);
	assert_int_equal(script->mounted, 1);
}

static void touch(void)
{
	const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 7}};

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void lengthen(void)
{
	assert_int_equal(truncate(path, SIZE + 1), 0);
}

static void shorten(void)
{
	assert_int_equal(truncate(path, 7), 0);
}

static void another_file_is_not_resumed(void **state)
{
	static const struct {
		void (*meanwhile)(void);
		bool hashed;
		const char *what; /* NULL: the hash decides */
	} rows[] = {
		{touch, false, "time"},     {touch, true, NULL},       {lengthen, false, "length"},
		{lengthen, true, "length"}, {shorten, true, "length"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;

		memset(script, 0, sizeof(*script));
		write_file();
		script->read_errno = ESTALE;
		script->read_fails_at = 1;
		script->meanwhile = rows[i].meanwhile;
		assert_int_equal(stream(rows[i].hashed ? digest : NULL, &err),
				 rows[i].what ? -1 : 0);
		if (!rows[i].what)
			continue;
		assert_int_equal(err.code, ERR_ARCHIVE_CHANGED);
		assert_non_null(strstr(err.msg, rows[i].what));
	}
}

static void missing(void)
{
	assert_int_equal(unlink(path), 0);
}

static void is_a_folder(void)
{
	missing();
	assert_int_equal(mkdir(path, 0755), 0);
}

static void is_a_fifo(void)
{
	missing();
	assert_int_equal(mkfifo(path, 0644), 0);
}

static void leads_out(void)
{
	missing();
	assert_int_equal(symlink("/etc/passwd", path), 0);
}

static void what_is_no_file_is_refused(void **state)
{
	static const struct {
		void (*make)(void);
		enum err_code code;
		const char *message;
	} rows[] = {
		{missing, ERR_ARCHIVE_MISSING, "no such file"},
		{is_a_folder, ERR_ARCHIVE_MISSING, "no regular file"},
		{is_a_fifo, ERR_ARCHIVE_MISSING, "no regular file"},
		{leads_out, ERR_NFS, "leads out of its folder"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;
		uint64_t length;

		memset(script, 0, sizeof(*script));
		rmdir(path);
		unlink(path);
		write_file();
		rows[i].make();
		assert_int_equal(nfs_head(URL, &limits, &length, &err), -1);
		print_message("%s\n", err.msg);
		assert_int_equal(err.code, rows[i].code);
		assert_string_equal(err.where, URL);
		assert_non_null(strstr(err.msg, rows[i].message));
		assert_int_equal(script->mounted, 1);
	}
}

static void a_link_in_its_folder_is_followed(void **state)
{
	char other[PATH_MAX + 8];
	struct err err = ERR_INIT;

	(void)state;
	snprintf(other, sizeof(other), "%s/b.tar", scratch.path);
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink("b.tar", path), 0);
	assert_int_equal(stream(digest, &err), 0);
}

static void head_tells_the_length(void **state)
{
	static const int mounts[] = {ECONNREFUSED, ENETUNREACH, 0};
	struct err err = ERR_INIT;
	uint64_t length;

	(void)state;
	script->mounts = mounts;
	script->mount_count = 3;
	assert_int_equal(nfs_head(URL, &limits, &length, &err), 0);
	assert_int_equal(length, SIZE);
	assert_int_equal(script->mounted, 3);
}

static void a_refused_mount_is_final(void **state)
{
	static const int mounts[] = {EACCES, 0};
	struct err err = ERR_INIT;
	uint64_t length;

	(void)state;
	script->mounts = mounts;
	script->mount_count = 2;
	assert_int_equal(nfs_head(URL, &limits, &length, &err), -1);
	assert_int_equal(err.code, ERR_NFS);
	assert_int_equal(script->mounted, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_streamed_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(another_hash_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(a_failure_that_passes_is_resumed, setup, teardown),
		cmocka_unit_test_setup_teardown(a_server_that_stays_away_is_given_up, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_server_that_hangs_is_given_up, setup, teardown),
		cmocka_unit_test_setup_teardown(a_reader_that_dies_is_an_error, setup, teardown),
		cmocka_unit_test_setup_teardown(another_file_is_not_resumed, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_file_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(a_link_in_its_folder_is_followed, setup, teardown),
		cmocka_unit_test_setup_teardown(head_tells_the_length, setup, teardown),
		cmocka_unit_test_setup_teardown(a_refused_mount_is_final, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
