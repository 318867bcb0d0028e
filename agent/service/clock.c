#include "service/clock.h"

#include <fcntl.h>
#include <linux/rtc.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#ifndef NEWROOT_BUILD_TIME
#error "define NEWROOT_BUILD_TIME: seconds since 1970 of the source's last change"
#endif

/* An agent older than this has other problems; a clock further ahead is wrong. */
#define LIFE_OF_A_BUILD ((int64_t)20 * 365 * 86400)
#define TOLERANCE_S     2

bool clock_plausible(int64_t unix_seconds)
{
	return unix_seconds >= NEWROOT_BUILD_TIME &&
	       unix_seconds - NEWROOT_BUILD_TIME < LIFE_OF_A_BUILD;
}

int64_t clock_now(bool *sure)
{
	int64_t now = (int64_t)time(NULL);

	*sure = clock_plausible(now);
	return *sure ? now : NEWROOT_BUILD_TIME;
}

int64_t clock_ahead(int64_t unix_seconds)
{
	int64_t off = (int64_t)time(NULL) - unix_seconds;

	return off > TOLERANCE_S || off < -TOLERANCE_S ? off : 0;
}

int clock_set(int64_t unix_seconds, bool *changed, struct err *err)
{
	const struct timespec to = {.tv_sec = (time_t)unix_seconds};
	char text[CLOCK_TEXT];

	*changed = clock_ahead(unix_seconds) != 0;
	if (*changed && clock_settime(CLOCK_REALTIME, &to))
		return err_sys(err, ERR_IO, "clock", "cannot set the clock to %s",
			       clock_text(unix_seconds, text));
	return 0;
}

/* By the names that kernels and udevs of twenty years give it; -1: there is none. */
static int open_hardware(void)
{
	static const char *const names[] = {"/dev/rtc0", "/dev/rtc", "/dev/misc/rtc"};
	int fd = -1;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && fd < 0; i++)
		fd = open(names[i], O_RDONLY | O_CLOEXEC);
	return fd;
}

int clock_write_hardware(struct err *err)
{
	const time_t now = time(NULL);
	int fd = open_hardware(), ret = 0;
	struct rtc_time to;
	struct tm utc;

	if (fd < 0)
		return err_sys(err, ERR_IO, "/dev/rtc", "cannot open the hardware clock");
	gmtime_r(&now, &utc);
	to = (struct rtc_time){.tm_sec = utc.tm_sec,
			       .tm_min = utc.tm_min,
			       .tm_hour = utc.tm_hour,
			       .tm_mday = utc.tm_mday,
			       .tm_mon = utc.tm_mon,
			       .tm_year = utc.tm_year};
	if (ioctl(fd, RTC_SET_TIME, &to))
		ret = err_sys(err, ERR_IO, "/dev/rtc", "cannot set the hardware clock");
	close(fd);
	return ret;
}

const char *clock_text(int64_t unix_seconds, char buf[static CLOCK_TEXT])
{
	time_t t = (time_t)unix_seconds;
	struct tm utc;

	if (!gmtime_r(&t, &utc) || !strftime(buf, CLOCK_TEXT, "%FT%TZ", &utc))
		snprintf(buf, CLOCK_TEXT, "%lld s", (long long)unix_seconds);
	return buf;
}
