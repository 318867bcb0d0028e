/* Small conversions between bytes, times and text. */
#ifndef SERVER_UTIL_TEXT_H
#define SERVER_UTIL_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds since 1970 by the wall clock, which may be set; base/clock.h has the one that only goes forward. */
int64_t wall_ms(void);

/* Lower-case hex; `out` has room for 2 * size + 1 bytes. */
void text_hex(char *out, const void *data, size_t size);

/* "2026-01-31 12:00:00" in UTC; returns `out`. */
#define TEXT_TIME_MAX 32
const char *text_time(char out[TEXT_TIME_MAX], int64_t ms);

#endif
