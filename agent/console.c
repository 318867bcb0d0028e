#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

#define CONSOLES_MAX   4
#define BAR_WIDTH      20
#define LINE_BYTES     2304 /* an error's place and message, whole: its end says what to do */
#define SERIAL_EVERY_S 10   /* a line now and then: a serial log is read, not watched */
#define PATIENCE_MS    5000 /* 4 KiB, the kernel's buffer of a serial line, at 9600 baud */
#define CLEAR_LINE     "\r\033[K"

struct console {
	int fd;
	bool screen;    /* a virtual terminal or a person's tty: redraw in place */
	bool stuck;     /* it took nothing for PATIENCE_MS; what follows is lost until it does */
	bool half_line; /* a bar stands in the current line */
	time_t last_bar;
};

static struct console consoles[CONSOLES_MAX];
static size_t console_count;

static bool is_serial(const char *device)
{
	return strstr(device, "/ttyS") || strstr(device, "/hvc") || strstr(device, "/ttyAMA");
}

void console_add(const char *device)
{
	int fd =
		device ? open(device, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) : STDOUT_FILENO;

	if (fd < 0 || console_count == CONSOLES_MAX)
		return;
	consoles[console_count++] = (struct console){
		.fd = fd,
		.screen = isatty(fd) && !(device && is_serial(device)),
	};
}

/* One that is stopped (^S, a serial line whose other end says wait) must not stop an installation. */
static void put(struct console *console, const char *text, size_t size)
{
	struct pollfd room = {.fd = console->fd, .events = POLLOUT};

	while (size) {
		ssize_t taken = write(console->fd, text, size);

		if (taken < 0 && errno != EAGAIN && errno != EINTR)
			return;
		if (taken < 0 && errno == EAGAIN &&
		    poll(&room, 1, console->stuck ? 0 : PATIENCE_MS) <= 0) {
			console->stuck = true;
			return;
		}
		if (taken < 0)
			continue;
		console->stuck = false;
		text += taken;
		size -= (size_t)taken;
	}
}

static void line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void line(const char *fmt, ...)
{
	char text[LINE_BYTES];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text) - 1, fmt, ap);
	va_end(ap);
	if (len < 0)
		return;
	if ((size_t)len > sizeof(text) - 2)
		len = sizeof(text) - 2;
	log_clean(text, (size_t)len);
	text[len++] = '\n';
	for (size_t i = 0; i < console_count; i++) {
		if (consoles[i].half_line)
			put(&consoles[i], CLEAR_LINE, strlen(CLEAR_LINE));
		consoles[i].half_line = false;
		put(&consoles[i], text, (size_t)len);
	}
}

void console_note(const char *text)
{
	const char *end;

	for (; *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		line("  %.*s", (int)(end - text), text);
	}
}

void console_begin(const char *step, const char *summary)
{
	line("%-10s %s", step, summary);
	for (size_t i = 0; i < console_count; i++)
		consoles[i].last_bar = time(NULL);
}

static double mib(uint64_t bytes)
{
	return (double)bytes / (1 << 20);
}

static void bar(char *text, size_t size, const char *item, uint64_t done, uint64_t total,
		uint64_t rate)
{
	char blocks[BAR_WIDTH + 1];
	unsigned filled;

	if (total == 0) {
		snprintf(text, size, "  %s: %.1f MiB, %.1f MiB/s", item, mib(done), mib(rate));
		return;
	}
	if (done > total)
		done = total;
	filled = (unsigned)((double)done / (double)total * BAR_WIDTH);
	memset(blocks, '.', BAR_WIDTH);
	memset(blocks, '#', filled);
	blocks[BAR_WIDTH] = '\0';
	snprintf(text, size,
		 "  %s: [%s] %3.0f %%  %.1f of %.1f MiB  %.1f MiB/s  %" PRIu64 " s left", item,
		 blocks, (double)done * 100 / (double)total, mib(done), mib(total), mib(rate),
		 rate ? (total - done) / rate : 0);
}

void console_progress(const char *item, uint64_t done, uint64_t total, uint64_t rate)
{
	char text[LINE_BYTES];
	time_t now = time(NULL);

	bar(text, sizeof(text), item, done, total, rate);
	for (size_t i = 0; i < console_count; i++) {
		struct console *console = &consoles[i];

		if (console->screen) {
			put(console, CLEAR_LINE, strlen(CLEAR_LINE));
			put(console, text, strlen(text));
			console->half_line = true;
		} else if (now - console->last_bar >= SERIAL_EVERY_S) {
			console->last_bar = now;
			put(console, text, strlen(text));
			put(console, "\n", 1);
		}
	}
}

void console_end(const char *step, uint64_t ms, uint64_t bytes)
{
	double seconds = (double)ms / 1000;

	if (bytes == 0)
		line("%-10s done, %.1f s", step, seconds);
	else
		line("%-10s done, %.1f s, %.1f MiB, %.1f MiB/s", step, seconds, mib(bytes),
		     mib(bytes) / (seconds > 0 ? seconds : 1));
}

void console_error(const char *step, const struct err *err)
{
	line("%-10s FAILED [%s]%s%s", step, err_name(err->code), err->where[0] ? " at " : "",
	     err->where);
	console_note(err->msg);
	line("  => %s", err_help(err->code));
}
