/*
 * The agent's log: one line a call, to the log file (/run/newroot/log in the initrd) and, when
 * `log_to_stderr`, to stderr. Never give it a secret. Failing to log is not an error.
 */
#ifndef NEWROOT_BASE_LOG_H
#define NEWROOT_BASE_LOG_H

#include <stdbool.h>

/* Open `path` for appending (NULL: no file). Callable again; children inherit it. */
void log_open(const char *path, bool to_stderr);
void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
