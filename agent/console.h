/*
 * What a person sees: each step, its bar, rate and time left. A screen is redrawn in place; a serial line
 * (or a pipe) gets a line now and then, so that its log stays readable.
 */
#ifndef NEWROOT_CONSOLE_H
#define NEWROOT_CONSOLE_H

#include <stdint.h>

#include "base/err.h"

/* Add a device, or stdout when `device` is NULL. One that can't be opened is left out. */
void console_add(const char *device);

void console_note(const char *text);
void console_begin(const char *step, const char *summary);
/* `rate` in bytes a second; `total` 0: unknown. */
void console_progress(const char *item, uint64_t done, uint64_t total, uint64_t rate);
void console_end(const char *step, uint64_t ms, uint64_t bytes);
void console_error(const char *step, const struct err *err);

#endif
