/* A moved VM's clock beside the service's, and the hardware clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/rtc.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "installed/watch.h"
#include "service/clock.h"
#include "target/clock_check.h"

#define NOW (NEWROOT_BUILD_TIME + INT64_C(86400))

static struct {
	int64_t now; /* of the system */
	int64_t hardware;
	const char *device; /* the only one there is */
	bool refuses;       /* to be set */
	char note[256];
	int notes;
} world;

time_t time(time_t *now)
{
	if (now)
		*now = (time_t)world.now;
	return (time_t)world.now;
}

int clock_settime(clockid_t clock, const struct timespec *to)
{
	assert_int_equal(clock, CLOCK_REALTIME);
	if (world.refuses) {
		errno = EPERM;
		return -1;
	}
	world.now = to->tv_sec;
	return 0;
}

int open(const char *path, int flags, ...)
{
	assert_int_equal(flags & O_ACCMODE, O_RDONLY);
	if (world.device && !strcmp(path, world.device))
		return dup(STDIN_FILENO);
	errno = ENOENT;
	return -1;
}

int ioctl(int fd, unsigned long request, ...)
{
	const struct rtc_time *to;
	struct tm utc;
	va_list ap;

	(void)fd;
	assert_true(request == RTC_SET_TIME);
	va_start(ap, request);
	to = va_arg(ap, const struct rtc_time *);
	va_end(ap);
	utc = (struct tm){.tm_sec = to->tm_sec,
			  .tm_min = to->tm_min,
			  .tm_hour = to->tm_hour,
			  .tm_mday = to->tm_mday,
			  .tm_mon = to->tm_mon,
			  .tm_year = to->tm_year};
	world.hardware = timegm(&utc);
	return 0;
}

void watch_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(world.note, sizeof(world.note), fmt, ap);
	va_end(ap);
	world.notes++;
}

struct row {
	enum clock_wish wish;
	int64_t off;
	const char *device;
	bool refuses;
	const char *note; /* the last one; "": none */
	bool set, hardware_set;
};

static const struct row rows[] = {
	{CLOCK_SET, 0, "/dev/rtc0", false, "", false, false},
	{CLOCK_SET, 2, "/dev/rtc0", false, "", false, false},
	{CLOCK_SET, 3600, "/dev/rtc0", false, "3600 s ahead of the service's, and is set", true,
	 true},
	{CLOCK_SET, -3, "/dev/rtc", false, "3 s behind the service's, and is set", true, true},
	{CLOCK_SET, -864000, NULL, false, "cannot open the hardware clock", true, false},
	{CLOCK_SET, 60, "/dev/rtc0", true, "cannot set the clock", false, false},
	{CLOCK_REPORT, 60, "/dev/rtc0", false, "60 s ahead of the service's; the job has it", false,
	 false},
	{CLOCK_REPORT, 1, "/dev/rtc0", false, "", false, false},
};

static void the_clock_is_compared(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		memset(&world, 0, sizeof(world));
		world.now = NOW + rows[i].off;
		world.device = rows[i].device;
		world.refuses = rows[i].refuses;
		clock_check(rows[i].wish, NOW);
		assert_int_equal(world.now, rows[i].set ? NOW : NOW + rows[i].off);
		assert_int_equal(world.hardware, rows[i].hardware_set ? NOW : 0);
		if (*rows[i].note ? !strstr(world.note, rows[i].note) : world.notes)
			fail_msg("%zu: %s", i, world.note);
	}
}

/* A service that has lost its own. */
static void a_time_that_cannot_be_is_not_taken(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	world.now = NOW;
	clock_check(CLOCK_SET, 0);
	assert_int_equal(world.now, NOW);
	assert_int_equal(world.notes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clock_is_compared),
		cmocka_unit_test(a_time_that_cannot_be_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
