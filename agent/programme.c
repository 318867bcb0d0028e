#include "programme.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/kmsg.h"
#include "base/log.h"
#include "console.h"
#include "service/report.h"
#include "steps/disk_errors.h"

#define REPORT_EVERY_MS    1000  /* progress events: often enough for a live page */
#define HEARTBEAT_EVERY_MS 10000 /* tells slow from dead */
#define PAUSE_MS           500

/* What the watch needs to know of the step that runs. */
static struct {
	const char *step;
	char item[64];
	int64_t item_began_ms, reported_ms;
} current;

static void on_progress(void *unused, const char *item, uint64_t done, uint64_t total)
{
	int64_t now = clock_ms();
	uint64_t ms, rate;

	(void)unused;
	if (strncmp(item, current.item, sizeof(current.item) - 1) != 0) {
		snprintf(current.item, sizeof(current.item), "%s", item);
		current.item_began_ms = now;
	}
	ms = (uint64_t)(now - current.item_began_ms);
	rate = ms ? (uint64_t)((double)done * 1000 / (double)ms) : 0;
	console_progress(item, done, total, rate);
	if (now - current.reported_ms < REPORT_EVERY_MS && done != total)
		return;
	current.reported_ms = now;
	report_progress(current.step, item, done, total, rate);
}

static void on_tick(void *unused)
{
	int64_t now = clock_ms();

	(void)unused;
	if (now - current.reported_ms < HEARTBEAT_EVERY_MS)
		return;
	current.reported_ms = now;
	report_heartbeat();
}

const struct child_watch programme_watch = {.progress = on_progress, .tick = on_tick};

void programme_note(const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	console_note(text);
	log_line("%s", text);
	report_note(text);
}

const struct step *programme_step(const char *name)
{
	for (size_t i = 0; steps[i]; i++)
		if (!strcmp(steps[i]->name, name))
			return steps[i];
	return NULL;
}

static size_t row_of(const struct step *step)
{
	size_t i = 0;

	while (steps[i] && steps[i] != step)
		i++;
	return i;
}

void programme_pause(void)
{
	on_tick(NULL);
	usleep(PAUSE_MS * 1000);
}

static void wait_while_held(void)
{
	char reason[64];

	if (!report_held() || report_again())
		return;
	snprintf(reason, sizeof(reason), "held before %s", current.step);
	programme_note("%s by the service; waiting to be released", reason);
	report_wait(reason);
	while (report_held() && !report_again())
		programme_pause();
	report_wait("");
	if (!report_again())
		programme_note("released");
}

/* Between two steps the service may have the machine wait, or begin anew. */
static int step_boundary(const struct step *next, struct err *err)
{
	current.step = next->name;
	current.item[0] = '\0';
	wait_while_held();
	if (!report_again())
		return 0;
	return err_set(err, ERR_SERVICE_AGAIN, NULL,
		       "stopped before %s: the service wants this machine to begin anew",
		       current.step);
}

static int run_step(const struct step *step, struct context *ctx, struct err *err)
{
	int64_t began;
	uint64_t ms;
	int ret;

	began = clock_ms(); /* the time on hold is not the step's */
	current.reported_ms = began;
	log_line("begin %s", step->name);
	report_begin(step->name);
	console_begin(step->name, step->summary);
	ctx->bytes = 0;
	ret = step->run(ctx, err);
	if (ret == 0 && step->verify)
		ret = step->verify(ctx, err);
	ms = (uint64_t)(clock_ms() - began);
	log_line("end %s: %s, %ju ms", step->name, ret ? "failed" : "done", (uintmax_t)ms);
	report_end(step->name, ret == 0, ms, ctx->bytes);
	if (ret == 0)
		console_end(step->name, ms, ctx->bytes);
	return ret;
}

/* Tell everybody; the first cause with all that may explain it. */
static void tell_failure(const char *step, const struct err *err)
{
	const char *const *words, *const *kernel;
	size_t word_count = child_last_words(&words);
	size_t kernel_count = kmsg_tail("", &kernel);

	log_line("%s failed [%s] %s: %s", step, err_name(err->code), err->where, err->msg);
	console_error(step, err);
	report_error(step, err, words, word_count, kernel, kernel_count);
}

/* Whether it has begun, or what an earlier run of it left was taken up. */
static bool is_ours(size_t row, size_t first)
{
	return row >= first || steps[row]->adopt;
}

static int release_from(size_t row, size_t first, struct context *ctx, struct err *err)
{
	int failures = 0;

	while (row-- > 0) {
		const struct step *step = steps[row];
		struct err own = ERR_INIT;

		if (!is_ours(row, first) || !step->release || step->release(ctx, &own) == 0)
			continue;
		failures++;
		programme_note("cannot release %s: %s", step->name, own.msg);
		err_keep(err, &own);
	}
	return failures ? -1 : 0;
}

/* Once all is to begin anew, a failure of what is given up is nothing that an operator has to look at. */
static void tell_end(const char *step, struct err *err)
{
	if (err->code != ERR_SERVICE_AGAIN && !report_again()) {
		tell_failure(step, err);
		return;
	}
	if (err->code != ERR_SERVICE_AGAIN) {
		programme_note("%s failed: %s%s%s", step, err->where, *err->where ? ": " : "",
			       err->msg);
		err_set(err, ERR_SERVICE_AGAIN, NULL,
			"the service wants this machine to begin anew");
	}
	programme_note("%s", err->msg);
}

static int adopt(const struct step *step, struct context *ctx, struct err *err)
{
	current.step = step->name;
	return step->adopt ? step->adopt(ctx, err) : 0;
}

static int adopt_before(size_t row, struct context *ctx, struct err *err)
{
	for (size_t i = 0; i < row; i++)
		if (adopt(steps[i], ctx, err))
			return -1;
	return 0;
}

/* When just some volumes are laid anew, what is not about them is as an earlier run left it. */
static bool is_left_alone(const struct step *step, const struct context *ctx)
{
	return ctx->volumes.count && !step->refresh;
}

/* Whatever step it was that wrote, or read back. */
static void name_disk(const struct context *ctx, struct err *err)
{
	const char *const *kernel;
	/* A filesystem may write more lines about it than are kept of all. */
	const size_t count = kmsg_tail(DISK_ERROR_LINE, &kernel);

	if (ctx->plan && err->code != ERR_SERVICE_AGAIN)
		disk_errors_add(ctx->plan, kernel, count, err);
}

int programme_run(struct context *ctx, struct range range, bool keep, struct err *err)
{
	size_t first = row_of(range.first), last = row_of(range.last), row = first;
	struct err own = ERR_INIT;
	int ret = adopt_before(first, ctx, &own);

	/* What could not be taken up may be someone else's: it is left alone. */
	keep |= ret != 0;
	while (ret == 0 && row <= last && steps[row]) {
		if (is_left_alone(steps[row], ctx)) {
			ret = adopt(steps[row++], ctx, &own);
			continue;
		}
		ret = step_boundary(steps[row], &own);
		if (ret == 0)
			ret = run_step(steps[row++], ctx, &own);
	}
	if (ret) {
		name_disk(ctx, &own);
		tell_end(current.step, &own);
	}
	if (!keep && release_from(row, first, ctx, &own) && ret == 0) {
		ret = -1;
		tell_failure("finish", &own);
	}
	if (ret)
		err_keep(err, &own);
	return ret;
}
