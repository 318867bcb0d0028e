#include "installed/watch.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "service/report.h"

#define REPORT_EVERY_MS 1000 /* often enough for a live page */
#define ITEMS           DATABASE_PARALLEL_MAX

static struct {
	const char *step;
	int64_t told_ms;
	/* What is under way at once: each has a rate of its own. */
	struct item {
		const char *name;
		int64_t began_ms, told_ms;
	} items[ITEMS];
	size_t next;
} watched;

static struct item *item_of(const char *name, int64_t now)
{
	struct item *item;

	for (size_t i = 0; i < ITEMS; i++)
		if (watched.items[i].name && !strcmp(watched.items[i].name, name))
			return &watched.items[i];
	item = &watched.items[watched.next++ % ITEMS];
	*item = (struct item){.name = name, .began_ms = now};
	return item;
}

static void on_progress(void *unused, const char *name, uint64_t done, uint64_t total)
{
	int64_t now = clock_ms();
	struct item *item = item_of(name, now);
	uint64_t ms = (uint64_t)(now - item->began_ms);

	(void)unused;
	if (now - item->told_ms < REPORT_EVERY_MS && done != total)
		return;
	item->told_ms = watched.told_ms = now;
	report_progress(watched.step, name, done, total,
			ms ? (uint64_t)((double)done * 1000 / (double)ms) : 0);
}

static void on_tick(void *unused)
{
	int64_t now = clock_ms();

	(void)unused;
	if (now - watched.told_ms < FIRST_BOOT_HEARTBEAT_S * 1000)
		return;
	watched.told_ms = now;
	report_heartbeat();
}

const struct child_watch *watch_step(const char *step)
{
	static const struct child_watch watch = {.progress = on_progress, .tick = on_tick};

	memset(&watched, 0, sizeof(watched));
	watched.step = step;
	return &watch;
}

void watch_note(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_line("%s", text);
	report_note(text);
}

void watch_pause(void)
{
	on_tick(NULL);
	sleep(1);
}
