/*
 * The agent's log: one line a call, to the log file (/run/newroot/log in the initrd) and, when
 * `log_to_stderr`, to stderr. Never give it a secret. Failing to log is not an error.
 */
#ifndef NEWROOT_BASE_LOG_H
#define NEWROOT_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

/* Open `path` for appending (NULL: no file). Callable again; children inherit it. */
void log_open(const char *path, bool to_stderr);
/*
 * Once the file has more than LOG_BYTES_MAX bytes it is copied to PATH.1, over the one before, and begun anew. It stays the
 * same file: others that have it open go on in it.
 */
void log_bound(void);
/* The log file's descriptor, for a child that closes what it inherits; -1: none. */
int log_descriptor(void);
void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Names in archives and words of tools and peers end up on consoles and in logs, where an escape sequence would
 * be obeyed: control characters but tab and newline become `?`, in place.
 */
void log_clean(char *text, size_t size);

#endif
