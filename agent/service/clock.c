#include "service/clock.h"

#include <stdio.h>
#include <time.h>

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

int clock_set(int64_t unix_seconds, bool *changed, struct err *err)
{
	int64_t off = (int64_t)time(NULL) - unix_seconds;
	const struct timespec to = {.tv_sec = (time_t)unix_seconds};
	char text[CLOCK_TEXT];

	*changed = off > TOLERANCE_S || off < -TOLERANCE_S;
	if (*changed && clock_settime(CLOCK_REALTIME, &to))
		return err_sys(err, ERR_IO, "clock", "cannot set the clock to %s",
			       clock_text(unix_seconds, text));
	return 0;
}

const char *clock_text(int64_t unix_seconds, char buf[static CLOCK_TEXT])
{
	time_t t = (time_t)unix_seconds;
	struct tm utc;

	if (!gmtime_r(&t, &utc) || !strftime(buf, CLOCK_TEXT, "%FT%TZ", &utc))
		snprintf(buf, CLOCK_TEXT, "%lld s", (long long)unix_seconds);
	return buf;
}
