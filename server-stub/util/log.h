/*
 * The service's log: one line a call on stderr, as systemd and shells expect it. Control characters
 * become '?', so that nothing from the network can forge a line. Never give it a secret.
 * May be called from any thread.
 */
#ifndef SERVER_UTIL_LOG_H
#define SERVER_UTIL_LOG_H

#include <stdarg.h>

void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A refused request or handshake: at most LOG_REFUSED_PER_SECOND lines, the rest is counted. */
void log_refused(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_refused_va(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

#endif
