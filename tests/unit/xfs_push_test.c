/* When an unpack has XFS write back what it keeps in memory, and how long it waits for that: a kernel is played. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "archive/xfs_push.h"
#include "base/limits.h"
#include "tests/unit/scratch.h"

int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_usleep(useconds_t us);
void __wrap_sync(void);

static struct scratch scratch;
static int64_t now_us;
static unsigned syncs, pauses;
/* What the kernel does: sync() logs up to `head_after`; after so many pauses the tail is at `tail_after`. */
static const char *head_after, *tail_after;
static unsigned written_back_after;

static void set(const char *name, const char *value)
{
	int fd = scratch_open(&scratch, name, O_WRONLY | O_CREAT | O_TRUNC);

	assert_int_equal(write(fd, value, strlen(value)), strlen(value));
	close(fd);
}

static void assert_laptop_mode(char value)
{
	int fd = scratch_open(&scratch, "laptop_mode", O_RDONLY);
	char found = 0;

	assert_int_equal(read(fd, &found, 1), 1);
	assert_int_equal(found, value);
	close(fd);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	(void)clock;
	*now = (struct timespec){.tv_sec = now_us / 1000000, .tv_nsec = now_us % 1000000 * 1000};
	return 0;
}

int __wrap_usleep(useconds_t us)
{
	now_us += us;
	if (++pauses == written_back_after)
		set("xfs/dm-0/log/log_tail_lsn", tail_after);
	return 0;
}

/* Without the setting, XFS would log, and push nothing. */
void __wrap_sync(void)
{
	syncs++;
	assert_laptop_mode('1');
	set("xfs/dm-0/log/log_head_lsn", head_after);
}

/* A machine of 3 * 32 KiB, so that a push comes at every fourth entry; its XFS has its head at 2:1000, its tail at 2:500. */
static struct xfs_push begin(const char *head, const char *tail, unsigned after)
{
	struct xfs_push push;

	scratch_run(&scratch,
		    "rm -rf xfs; mkdir -p xfs/dm-0/log xfs/stats; echo 1 >xfs/stats/stats");
	set("xfs/dm-0/log/log_head_lsn", "2:1000\n");
	set("xfs/dm-0/log/log_tail_lsn", "2:500\n");
	set("laptop_mode", "0\n");
	syncs = pauses = 0;
	head_after = head;
	tail_after = tail;
	written_back_after = after;
	xfs_push_open(&push, KIB(96));
	xfs_push_close(&push);
	push.logs_fd = scratch_open(&scratch, "xfs", O_RDONLY | O_DIRECTORY);
	push.laptop_fd = scratch_open(&scratch, "laptop_mode", O_RDWR);
	memcpy(push.before, "0\n", sizeof("0\n"));
	return push;
}

static void entries(struct xfs_push *push, unsigned count)
{
	while (count--)
		xfs_push_entry(push);
}

static void pushes_every_so_many_entries(void **state)
{
	struct xfs_push push = begin("2:3000\n", "2:1000\n", 1);

	(void)state;
	assert_int_equal(push.every, 4);
	entries(&push, 3);
	assert_int_equal(syncs, 0);
	entries(&push, 1);
	assert_int_equal(syncs, 1);
	assert_laptop_mode('0');
	entries(&push, 3);
	assert_int_equal(syncs, 1);
	entries(&push, 1);
	assert_int_equal(syncs, 2);
	xfs_push_close(&push);
}

/* Until all that was in the log before is written back, whether or not the log begins anew meanwhile. */
static void waits_for_the_tail(void **state)
{
	static const struct {
		const char *head, *tail;
		unsigned after, pauses;
	} cases[] = {
		{"2:3000\n", "2:1000\n", 3, 3},
		{"2:3000\n", "2:2999\n", 2, 2},
		{"3:20\n", "3:0\n", 5, 5},
		/* Nothing was logged: the tail of an empty log stays where it is. */
		{"2:1000\n", "2:500\n", 1, 0},
		/* The device has gone. */
		{"", "2:500\n", 1, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct xfs_push push = begin(cases[i].head, cases[i].tail, cases[i].after);

		entries(&push, 4);
		assert_int_equal(syncs, 1);
		assert_int_equal(pauses, cases[i].pauses);
		xfs_push_close(&push);
	}
}

/* A disk that takes nothing any more is seen by what writes to it. */
static void gives_up(void **state)
{
	struct xfs_push push = begin("2:3000\n", "2:999\n", 10);
	int64_t began = now_us;

	(void)state;
	entries(&push, 4);
	assert_in_range(now_us - began, 59000000, 61000000);
	xfs_push_close(&push);
}

static void does_nothing_without_xfs(void **state)
{
	struct xfs_push push = begin("2:3000\n", "2:1000\n", 1);

	(void)state;
	scratch_run(&scratch, "rm -r xfs/dm-0");
	entries(&push, 100);
	close(push.logs_fd);
	push.logs_fd = -1;
	entries(&push, 100);
	assert_int_equal(syncs, 0);
	xfs_push_close(&push);
}

/* The unpacker was killed while it pushed. */
static void puts_the_setting_back(void **state)
{
	struct xfs_push push = begin("2:3000\n", "2:1000\n", 1);

	(void)state;
	memcpy(push.before, "5\n", sizeof("5\n"));
	set("laptop_mode", "1\n");
	xfs_push_close(&push);
	assert_laptop_mode('5');
	assert_int_equal(push.logs_fd, -1);
	assert_int_equal(push.laptop_fd, -1);
	xfs_push_close(&push);
}

static void parses_lsn(void **state)
{
	static const struct {
		const char *text;
		int ret;
		uint64_t lsn;
	} cases[] = {
		{"1:0\n", 0, 1ULL << 32},
		{"12:3456\n", 0, 12ULL << 32 | 3456},
		{"4294967295:4294967295\n", 0, UINT64_MAX},
		{"", -1, 0},
		{"12\n", -1, 0},
		{"12:\n", -1, 0},
		{"12:3456", -1, 0},
		{"12:3456\n1", -1, 0},
		{"x:1\n", -1, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t lsn = 0;

		assert_int_equal(xfs_lsn_parse(cases[i].text, &lsn), cases[i].ret);
		assert_int_equal(lsn, cases[i].lsn);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pushes_every_so_many_entries),
		cmocka_unit_test(waits_for_the_tail),
		cmocka_unit_test(gives_up),
		cmocka_unit_test(does_nothing_without_xfs),
		cmocka_unit_test(puts_the_setting_back),
		cmocka_unit_test(parses_lsn),
	};
	int failed;

	scratch_make(&scratch);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_remove(&scratch);
	return failed;
}
