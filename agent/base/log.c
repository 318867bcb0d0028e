#include "base/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"

#define LINE_MAX_BYTES 1024 /* longer lines are cut: the log is read on an 80-column console */

static int log_fd = -1;
static char log_path[512], log_old[sizeof(log_path) + 2];
static bool log_stderr;

void log_open(const char *path, bool to_stderr)
{
	if (log_fd >= 0)
		close(log_fd);
	log_fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
	log_stderr = to_stderr;
	snprintf(log_path, sizeof(log_path), "%s", path ? path : "");
	snprintf(log_old, sizeof(log_old), "%s.1", log_path);
}

static bool is_large(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_size > LOG_BYTES_MAX;
}

/* What does not fit on a full disk is lost: the log must not fill it. */
static void keep_copy(int from)
{
	int to = open(log_old, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	char block[4096];
	ssize_t size;

	while (to >= 0 && (size = read(from, block, sizeof(block))) > 0)
		if (write(to, block, (size_t)size) != size)
			break;
	if (to >= 0)
		close(to);
}

void log_bound(void)
{
	int from;

	if (log_fd < 0 || !is_large(log_fd))
		return;
	from = open(log_path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	/* Another process may have done it meanwhile. */
	if (from >= 0 && flock(from, LOCK_EX) == 0 && is_large(from)) {
		keep_copy(from);
		if (ftruncate(log_fd, 0))
			log_line("cannot shorten %s: %m", log_path);
	}
	if (from >= 0)
		close(from);
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
