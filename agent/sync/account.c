/* What a pass tells people, and what it keeps of itself. */
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/limits.h"
#include "installed/installed.h"
#include "installed/watch.h"
#include "sync/parts.h"

#define PASSES INSTALLED_STATE "/sync.passes"

/* "1.2 GiB"; `text` holds at least 32 bytes. */
static const char *rounded(uint64_t bytes, char *text)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double value = (double)bytes / 1024;
	size_t unit = 0;

	while (value >= 1023.95 && unit + 1 < sizeof(units) / sizeof(*units)) {
		value /= 1024;
		unit++;
	}
	if (bytes < 1024)
		snprintf(text, 32, "%" PRIu64 " bytes", bytes);
	else
		snprintf(text, 32, "%.1f %s", value, units[unit]);
	return text;
}

static double seconds(int64_t ms)
{
	return (double)ms / 1000;
}

/* "12 of 345 files (6.7 MiB of 8.9 GiB) changed, 1 other entry, 2 deleted; 3.4 MiB moved in 5.6 s" */
static const char *figures_text(struct sync_work *work, const struct sync_figures *figures,
				int64_t ms)
{
	char part[32], whole[32], moved[32];

	return arena_printf(&work->arena,
			    "%" PRIu64 " of %" PRIu64 " files (%s of %s) changed, %" PRIu64
			    " other changes, %" PRIu64 " deleted; %s moved in %.1f s",
			    figures->changed, figures->files, rounded(figures->changed_size, part),
			    rounded(figures->size, whole), figures->others, figures->deleted,
			    rounded(figures->moved, moved), seconds(ms));
}

void sync_tell_figures(struct sync_work *work, const char *path, const struct sync_figures *figures,
		       int64_t ms)
{
	if (!work->options->dry_run)
		sync_tell(work, "%s: %s", path, figures_text(work, figures, ms));
}

void sync_tell_dry(struct sync_work *work, int64_t ms)
{
	const struct sync_figures *sum = &work->sum;
	FILE *out = work->options->out;
	char part[32], whole[32];

	fprintf(out,
		"A pass would bring %" PRIu64 " of %" PRIu64
		" files (at most %s of %s), change %" PRIu64 " other entries and delete %" PRIu64
		"; looked through in %.1f s.\n",
		sum->changed, sum->files, rounded(sum->changed_size, part),
		rounded(sum->size, whole), sum->others, sum->deleted, seconds(ms));
	if (sum->largest_count)
		fprintf(out, "The largest:\n");
	for (size_t i = 0; i < sum->largest_count; i++)
		fprintf(out, "  %10s  %s\n", rounded(sum->largest[i].size, part),
			sum->largest[i].name);
	fprintf(out, "Nothing was changed.\n");
}

unsigned sync_passes(struct sync_work *work)
{
	char *text = arena_alloc(&work->arena, SYNC_PASSES_BYTES_MAX);
	int fd = open(PASSES, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? 0 : read_all(fd, text, SYNC_PASSES_BYTES_MAX);
	unsigned lines = 0;

	if (fd >= 0)
		close(fd);
	for (ssize_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	return lines;
}

static int keep_line(const char *line)
{
	int fd = open(PASSES, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	int ret = fd < 0 ? -1 : write_all(fd, line, strlen(line));

	if (fd >= 0 && close(fd))
		ret = -1;
	return ret;
}

void sync_end_pass(struct sync_work *work, int64_t ms)
{
	const char *text = figures_text(work, &work->sum, ms);
	char now[32] = "";
	time_t at = time(NULL);
	struct tm utc;

	if (gmtime_r(&at, &utc))
		strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", &utc);
	sync_tell(work, "pass %u, %u tree%s: %s", work->pass, work->trees,
		  work->trees == 1 ? "" : "s", text);
	if (keep_line(arena_printf(&work->arena, "%u %s %s\n", work->pass, now, text)))
		sync_note(work, "no line about this pass could be added to " PASSES ": %m");
}

/* The service's watch with a line on the terminal. */
static struct {
	struct sync_work *work;
	const struct child_watch *service;
	int64_t began_ms, told_ms;
} shown;

static void on_progress(void *unused, const char *name, uint64_t done, uint64_t total)
{
	const int64_t now = clock_ms();
	const double s = seconds(now - shown.began_ms);
	char bytes[32], rate[32];

	shown.service->progress(unused, name, done, total);
	if (!isatty(fileno(shown.work->options->out)) || now - shown.told_ms < 1000)
		return;
	shown.told_ms = now;
	fprintf(shown.work->options->out, "\r\033[K%s: %s, %s/s\r", name, rounded(done, bytes),
		rounded(s > 0 ? (uint64_t)((double)done / s) : 0, rate));
	fflush(shown.work->options->out);
}

const struct child_watch *sync_watch(struct sync_work *work)
{
	static struct child_watch watch = {.progress = on_progress};

	shown.work = work;
	shown.service = watch_step("sync");
	shown.began_ms = shown.told_ms = clock_ms();
	watch.tick = shown.service->tick;
	return work->options->dry_run ? NULL : &watch;
}
