#include "base/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024 /* longer lines are cut: the log is read on an 80-column console */

static int log_fd = -1;
static bool log_stderr;

void log_open(const char *path, bool to_stderr)
{
	if (log_fd >= 0)
		close(log_fd);
	log_fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
	log_stderr = to_stderr;
}

int log_descriptor(void)
{
	return log_fd;
}

void log_clean(char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < ' ' && c != '\t' && c != '\n') || c == 0x7f)
			text[i] = '?';
	}
}

void log_line(const char *fmt, ...)
{
	char line[LINE_MAX_BYTES];
	struct timespec now;
	struct tm utc;
	size_t used, stamp;
	va_list ap;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	stamp = strftime(line, sizeof(line), "%FT%TZ ", &utc);
	va_start(ap, fmt);
	vsnprintf(line + stamp, sizeof(line) - stamp - 1, fmt, ap);
	va_end(ap);
	used = strlen(line);
	log_clean(line + stamp, used - stamp);
	line[used++] = '\n';
	if (log_fd >= 0 && write(log_fd, line, used) < 0)
		log_fd = -1;
	if (log_stderr && write(STDERR_FILENO, line + stamp, used - stamp) < 0)
		log_stderr = false;
}
