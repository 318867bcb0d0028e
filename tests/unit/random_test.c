/* Random numbers of a kernel without getrandom(2): a seed is mixed in, and never twice; without one the kernel is waited for. */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/random.h"
#include "tests/unit/scratch.h"

ssize_t __real_getrandom(void *bytes, size_t size, unsigned flags);
ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned flags);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_write_all(int fd, const void *data, size_t size);
int __wrap_write_all(int fd, const void *data, size_t size);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
ssize_t __real_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size);
int __wrap_ioctl(int fd, unsigned long request, const struct rand_pool_info *info);
int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

SCRATCH_FOR_ALL
static bool has_getrandom, fsync_fails, time_passes;
static size_t gathered; /* bytes that /dev/random has for whoever reads them */
static unsigned polls;
static time_t later;     /* seconds that the clocks are ahead */
static int credited;     /* bits */
static char mixed[4096]; /* what was written into the kernel's generator */
static size_t mixed_size;
static bool synced_last; /* the seed's file is on the disk, and was not written since */

ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned flags)
{
	/* At most 256 at once, as a signal may cut it. */
	if (has_getrandom)
		return __real_getrandom(bytes, size > 256 ? 256 : size, flags);
	errno = ENOSYS;
	return -1;
}

static bool is_device(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode);
}

int __wrap_write_all(int fd, const void *data, size_t size)
{
	if (!is_device(fd)) {
		synced_last = false;
		return __real_write_all(fd, data, size);
	}
	assert_true(mixed_size + size <= sizeof(mixed));
	memcpy(mixed + mixed_size, data, size);
	mixed_size += size;
	return 0;
}

int __wrap_fsync(int fd)
{
	if (fsync_fails) {
		errno = EIO;
		return -1;
	}
	synced_last = true;
	return __real_fsync(fd);
}

/* /dev/random gives eight bytes at a time. */
ssize_t __wrap_read(int fd, void *bytes, size_t size)
{
	struct stat st;

	if (!is_device(fd) || fstat(fd, &st) != 0 || st.st_rdev != makedev(1, 8))
		return __real_read(fd, bytes, size);
	if (size > 8)
		size = 8;
	if (size > gathered)
		size = gathered;
	gathered -= size;
	memset(bytes, 'R', size);
	if (size)
		return (ssize_t)size;
	errno = EAGAIN;
	return -1;
}

/* What is credited must be what is written. */
int __wrap_ioctl(int fd, unsigned long request, const struct rand_pool_info *info)
{
	const size_t size = (size_t)info->buf_size;

	assert_true(is_device(fd) && request == RNDADDENTROPY && size <= mixed_size);
	assert_memory_equal(info->buf, mixed + mixed_size - size, size);
	credited += info->entropy_count;
	return 0;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	int ret = __real_clock_gettime(clock, now);

	now->tv_sec += later;
	return ret;
}

/* Nobody waits for half a minute here: where nothing comes, it passes at once, or the process ends. */
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	polls++;
	assert_int_equal(count, 1);
	assert_true(timeout > 25000 && timeout <= 30000);
	if (gathered) {
		fds->revents = POLLIN;
		return 1;
	}
	if (!time_passes)
		_exit(7);
	later += 30;
	return 0;
}

static void place_seed(const char *path, const char *seed, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0 && __real_write_all(fd, seed, size) == 0);
	close(fd);
	random_seed_at(path);
}

static void read_seed(const char *path, char *seed)
{
	int fd = open(path, O_RDONLY);
	struct stat st;

	assert_true(fd >= 0 && read(fd, seed, RANDOM_SEED_SIZE) == RANDOM_SEED_SIZE);
	assert_true(fstat(fd, &st) == 0 && (st.st_mode & 07777) == 0600);
	assert_int_equal(st.st_size, RANDOM_SEED_SIZE);
	close(fd);
}

static bool is_zero(const void *bytes, size_t size)
{
	const unsigned char *p = bytes;

	while (size && p[size - 1] == 0)
		size--;
	return size == 0;
}

/* A process of its own each: what is known once is known for the life of one. */
static int in_process(void (*act)(const char *path), const char *name)
{
	char path[2 * PATH_MAX];
	pid_t pid;
	int status;

	snprintf(path, sizeof(path), "%s/%s", scratch.path, name);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		act(path);
		_exit(0);
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status);
}

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);            \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

static void mix_in(const char *path)
{
	char old[RANDOM_SEED_SIZE], now[RANDOM_SEED_SIZE], bytes[32] = {0}, more[32] = {0};
	struct err err = ERR_INIT;

	has_getrandom = false;
	memset(old, 'S', sizeof(old));
	place_seed(path, old, sizeof(old));
	CHECK(random_bytes(bytes, sizeof(bytes), &err) == 0 && !is_zero(bytes, sizeof(bytes)));
	CHECK(mixed_size > sizeof(old) && !memcmp(mixed, old, sizeof(old)) && credited == 512);
	CHECK(synced_last && polls == 0);
	read_seed(path, now);
	CHECK(memcmp(now, old, sizeof(old)) != 0 && !memmem(now, sizeof(now), bytes, 8));
	/* Once a life. */
	mixed_size = 0;
	CHECK(random_bytes(more, sizeof(more), &err) == 0 && memcmp(more, bytes, sizeof(more)));
	CHECK(mixed_size == 0);
}

static void a_seed_is_mixed_in_and_replaced_before_it_counts(void **state)
{
	(void)state;
	assert_int_equal(in_process(mix_in, "random-seed"), 0);
}

static void kernel_has_enough(const char *path)
{
	char bytes[32];
	struct err err = ERR_INIT;

	has_getrandom = false;
	gathered = 1000;
	random_seed_at(path);
	CHECK(random_bytes(bytes, sizeof(bytes), &err) == 0 && polls == 3);
	CHECK(mixed_size == 24 && !memcmp(mixed, "RRRRRRRRRRRRRRRRRRRRRRRR", 24));
	CHECK(credited == 24 * 8 && gathered == 1000 - 24);
	CHECK(random_bytes(bytes, sizeof(bytes), &err) == 0 && polls == 3 && mixed_size == 24);
}

/* The wait is logged, and ends; what it brought counts in the next one. */
static void kernel_is_slow(const char *path)
{
	char bytes[32], line[256] = "";
	struct err err = ERR_INIT;
	FILE *log;

	has_getrandom = false;
	time_passes = true;
	gathered = 16;
	log_open(path, false);
	CHECK(random_bytes(bytes, sizeof(bytes), &err) == -1 && err.code == ERR_TLS);
	CHECK(strstr(err.msg, "16 of 24 bytes of random numbers after 30 s"));
	log = fopen(path, "r");
	CHECK(log && fgets(line, sizeof(line), log));
	CHECK(strstr(line, "waiting up to 30 s for random numbers of /dev/random"));
	fclose(log);
	gathered = 8;
	CHECK(random_bytes(bytes, sizeof(bytes), &err) == 0 && mixed_size == 24);
}

static void kernel_has_nothing(const char *path)
{
	char bytes[32];

	has_getrandom = false;
	random_seed_at(path);
	random_bytes(bytes, sizeof(bytes), NULL);
}

/* A seed that cannot be replaced would be used twice. */
static void seed_stays(const char *path)
{
	char seed[RANDOM_SEED_SIZE] = {1}, bytes[32];

	has_getrandom = false;
	fsync_fails = true;
	place_seed(path, seed, sizeof(seed));
	random_bytes(bytes, sizeof(bytes), NULL);
}

static void seed_is_short(const char *path)
{
	char bytes[32];

	has_getrandom = false;
	place_seed(path, "short", 5);
	random_bytes(bytes, sizeof(bytes), NULL);
}

static void without_a_seed_of_use_the_kernel_is_waited_for(void **state)
{
	(void)state;
	assert_int_equal(in_process(kernel_has_enough, "none"), 0);
	assert_int_equal(in_process(kernel_is_slow, "log"), 0);
	assert_int_equal(in_process(kernel_has_nothing, "none"), 7);
	assert_int_equal(in_process(seed_stays, "stays"), 7);
	assert_int_equal(in_process(seed_is_short, "short"), 7);
}

static void modern(const char *path)
{
	char bytes[600] = {0}, seed[RANDOM_SEED_SIZE] = {5}, now[RANDOM_SEED_SIZE];
	struct err err = ERR_INIT;

	has_getrandom = true;
	place_seed(path, seed, sizeof(seed));
	CHECK(random_bytes(bytes, sizeof(bytes), &err) == 0);
	CHECK(!is_zero(bytes + 568, 32) && mixed_size == 0 && polls == 0);
	read_seed(path, now);
	CHECK(!memcmp(seed, now, sizeof(seed)));
}

static void getrandom_needs_no_seed(void **state)
{
	(void)state;
	assert_int_equal(in_process(modern, "modern"), 0);
}

/* Pauses differ, and nobody waits for them. */
static void chance(const char *path)
{
	unsigned first, other = 0;

	(void)path;
	has_getrandom = false;
	first = random_chance();
	for (int i = 0; i < 4; i++)
		other |= random_chance() ^ first;
	CHECK(other > 0xffff && polls == 0);
}

static void chance_waits_for_nothing(void **state)
{
	(void)state;
	assert_int_equal(in_process(chance, "none"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_seed_is_mixed_in_and_replaced_before_it_counts),
		cmocka_unit_test(without_a_seed_of_use_the_kernel_is_waited_for),
		cmocka_unit_test(getrandom_needs_no_seed),
		cmocka_unit_test(chance_waits_for_nothing),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
