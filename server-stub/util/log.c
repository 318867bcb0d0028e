#include "util/log.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/limits.h"
#include "util/printable.h"
#include "util/text.h"

static void log_line(const char *kind, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

/* Whether the journal takes what is written here (systemd.exec(5)): it knows the time itself. */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

static void log_line(const char *kind, const char *fmt, va_list ap)
{
	char text[1024], clean[1024], at[TEXT_TIME_MAX] = "";
	size_t len;

	vsnprintf(text, sizeof(text), fmt, ap);
	len = strlen(text);
	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	if (!is_journal())
		text_time(at, wall_ms());
	fprintf(stderr, "%s%snewroot-server: %s%s\n", at, at[0] ? "Z " : "", kind,
		printable_copy(clean, sizeof(clean), text));
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

/* What a kind of refusal may still write this second, and its addresses. */
struct kind {
	const char *name; /* NULL: free */
	time_t second;
	unsigned lines, left_out;
	struct {
		char peer[LOG_PEER_TEXT];
		unsigned lines;
	} peer[LOG_REFUSED_PER_SECOND];
};

/* The kind's row; there are as many rows as kinds. */
static struct kind *kind_of(const char *name)
{
	static struct kind kinds[LOG_KINDS_MAX];
	size_t i = 0;

	while (i < LOG_KINDS_MAX - 1 && kinds[i].name && strcmp(kinds[i].name, name) != 0)
		i++;
	if (!kinds[i].name)
		kinds[i].name = name;
	return &kinds[i];
}

/* Lines of this address among those of its kind in this second; a row is never missing, for each took a line. */
static unsigned *lines_of(struct kind *kind, const char *peer)
{
	size_t i = 0;

	while (i < kind->lines && strcmp(kind->peer[i].peer, peer) != 0)
		i++;
	if (i == kind->lines) {
		snprintf(kind->peer[i].peer, sizeof(kind->peer[i].peer), "%s", peer);
		kind->peer[i].lines = 0;
	}
	return &kind->peer[i].lines;
}

static bool takes_line(struct kind *kind, const char *peer)
{
	unsigned *lines;

	if (kind->lines == LOG_REFUSED_PER_SECOND)
		return false;
	lines = lines_of(kind, peer);
	if (*lines == LOG_PEER_PER_SECOND)
		return false;
	++*lines;
	kind->lines++;
	return true;
}

/* Whether one more line fits this second; `*suppressed` is what the past seconds left out. */
static bool refusal_fits(const char *name, const char *peer, unsigned *suppressed)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	const time_t now = time(NULL);
	struct kind *kind;
	bool fits;

	pthread_mutex_lock(&lock);
	kind = kind_of(name);
	*suppressed = 0;
	if (now != kind->second) {
		kind->second = now;
		kind->lines = 0;
		*suppressed = kind->left_out;
		kind->left_out = 0;
	}
	fits = takes_line(kind, peer);
	kind->left_out += !fits;
	pthread_mutex_unlock(&lock);
	return fits;
}

void log_refused_va(const char *kind, const char *peer, const char *fmt, va_list ap)
{
	unsigned suppressed;

	if (!refusal_fits(kind, peer, &suppressed))
		return;
	if (suppressed)
		log_info("refused: %s: %u more that were not logged", kind, suppressed);
	log_line("refused: ", fmt, ap);
}

void log_refused(const char *kind, const char *peer, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_refused_va(kind, peer, fmt, ap);
	va_end(ap);
}
