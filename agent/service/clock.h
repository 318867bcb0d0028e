/*
 * What time it is, as far as this machine can know: a blank VM's clock may read 1970 or 2099.
 */
#ifndef NEWROOT_SERVICE_CLOCK_H
#define NEWROOT_SERVICE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Could it be that time now: not before the build (NEWROOT_BUILD_TIME), nor decades after? */
bool clock_plausible(int64_t unix_seconds);

/* Seconds since 1970. `*sure` is false when the clock is implausible: then it is the build's time. */
int64_t clock_now(bool *sure);

/* Set the clock when it is off by more than two seconds; `*changed` says so. ERR_IO. */
int clock_set(int64_t unix_seconds, bool *changed, struct err *err);

/* By how many seconds this machine's clock is ahead of that time; 0 when it is less than two. */
int64_t clock_ahead(int64_t unix_seconds);

/* Set the hardware clock to the system's time, in UTC, so that the next boot has it. ERR_IO. */
int clock_write_hardware(struct err *err);

#define CLOCK_TEXT 32
/* "2026-11-22T20:39:39Z". Returns `buf`. */
const char *clock_text(int64_t unix_seconds, char buf[static CLOCK_TEXT]);

#endif
