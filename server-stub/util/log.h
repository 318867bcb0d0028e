/*
 * The service's log: one line a call on stderr, with the time before it unless systemd's journal takes it, which has the time
 * itself. What is no printable UTF-8 becomes '?', so that nothing from the network can forge a line or command the
 * terminal that it is read in. Never give it a secret. May be called from any thread.
 */
#ifndef SERVER_UTIL_LOG_H
#define SERVER_UTIL_LOG_H

#include <stdarg.h>

void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * A refused request or handshake. Each kind (a static text) has lines of its own, so that a flood of one hides nothing of another,
 * and of them an address has only a part. What is left out is counted, and told with the next line of its kind.
 */
void log_refused(const char *kind, const char *peer, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void log_refused_va(const char *kind, const char *peer, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

#endif
