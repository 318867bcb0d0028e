#include "util/log.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/limits.h"

static void log_line(const char *kind, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void log_line(const char *kind, const char *fmt, va_list ap)
{
	char text[1024];
	size_t len;

	vsnprintf(text, sizeof(text), fmt, ap);
	len = strlen(text);
	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	fprintf(stderr, "newroot-server: %s%s\n", kind, text);
}

void log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line("", fmt, ap);
	va_end(ap);
}

void log_warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line("warning: ", fmt, ap);
	va_end(ap);
}

/* Whether one more line fits this second; `*suppressed` is what the past seconds left out. */
static int refusal_fits(unsigned *suppressed)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static time_t second;
	static unsigned lines, left_out;
	time_t now = time(NULL);
	int fits;

	pthread_mutex_lock(&lock);
	*suppressed = 0;
	if (now != second) {
		second = now;
		lines = 0;
		*suppressed = left_out;
		left_out = 0;
	}
	fits = lines < LOG_REFUSED_PER_SECOND;
	if (fits)
		lines++;
	else
		left_out++;
	pthread_mutex_unlock(&lock);
	return fits;
}

void log_refused_va(const char *fmt, va_list ap)
{
	unsigned suppressed;

	if (!refusal_fits(&suppressed))
		return;
	if (suppressed)
		log_info("refused: %u more that were not logged", suppressed);
	log_line("refused: ", fmt, ap);
}

void log_refused(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_refused_va(fmt, ap);
	va_end(ap);
}
