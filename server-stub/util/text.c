#include "util/text.h"

#include <stdio.h>
#include <time.h>

int64_t wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void text_hex(char *out, const void *data, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *byte = data;

	for (size_t i = 0; i < size; i++) {
		*out++ = digits[byte[i] >> 4];
		*out++ = digits[byte[i] & 15];
	}
	*out = '\0';
}

const char *text_time(char out[TEXT_TIME_MAX], int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || !strftime(out, TEXT_TIME_MAX, "%Y-%m-%d %H:%M:%S", &tm))
		snprintf(out, TEXT_TIME_MAX, "-");
	return out;
}
