#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child_stage.h"
#include "base/clock.h"

#define STAGES_MAX 5 /* of a dump: read, decompress, pg_restore, filter, psql */
#define TICK_MS    1000
#define REAP_MS    10 /* a child that closed its pipes is about to end */

static struct tail last_tail;
static const char *last_lines[CHILD_TAIL_LINES];

size_t child_last_words(const char *const **lines)
{
	*lines = last_lines;
	return tail_lines(&last_tail, last_lines);
}

static void stage_end(struct stage *stage)
{
	if (stage->pid > 0) {
		stage->ended_by_us = true;
		kill(stage->pid, SIGKILL);
	}
}

static void read_words(struct stage *stage)
{
	char buf[4096];
	ssize_t got = read(stage->words, buf, sizeof(buf));

	if (got > 0)
		tail_add(&stage->tail, stage->spec->name, buf, (size_t)got);
	else if (got == 0 || errno != EINTR)
		stage_close(&stage->words);
}

static void read_control(struct stage *stage, const struct child_watch *watch)
{
	struct message message;
	ssize_t got = read(stage->control, &message, sizeof(message));

	if (got != (ssize_t)sizeof(message)) {
		if (got >= 0 || errno != EINTR)
			stage_close(&stage->control);
		return;
	}
	if (message.err.code != ERR_NONE)
		stage->err = message.err;
	else if (!message.alive && watch && watch->progress)
		watch->progress(watch->ctx, stage->spec->name, message.done, message.total);
}

static void read_out(struct stage *stage)
{
	char beyond[4096];
	size_t room = stage->spec->out_size - 1 - stage->out_used;
	ssize_t got = room ? read(stage->out, stage->spec->out + stage->out_used, room)
			   : read(stage->out, beyond, sizeof(beyond));

	if (got > 0 && room)
		stage->out_used += (size_t)got;
	else if (got == 0 || (got < 0 && errno != EINTR))
		stage_close(&stage->out);
	stage->spec->out[stage->out_used] = '\0';
}

/* Wait for bytes of any stage and take them in. */
static void pump(struct stage *stages, size_t count, int timeout_ms,
		 const struct child_watch *watch)
{
	struct pollfd fds[3 * STAGES_MAX];

	for (size_t i = 0; i < count; i++) {
		fds[3 * i] = (struct pollfd){.fd = stages[i].words, .events = POLLIN};
		fds[3 * i + 1] = (struct pollfd){.fd = stages[i].control, .events = POLLIN};
		fds[3 * i + 2] = (struct pollfd){.fd = stages[i].out, .events = POLLIN};
	}
	if (poll(fds, 3 * count, timeout_ms) <= 0)
		return;
	for (size_t i = 0; i < count; i++) {
		if (fds[3 * i].revents | fds[3 * i + 1].revents | fds[3 * i + 2].revents)
			stages[i].active_ms = clock_ms();
		if (fds[3 * i].revents)
			read_words(&stages[i]);
		if (fds[3 * i + 1].revents)
			read_control(&stages[i], watch);
		if (fds[3 * i + 2].revents)
			read_out(&stages[i]);
	}
}

static bool pipes_closed(const struct stage *stage)
{
	return stage->words < 0 && stage->control < 0 && stage->out < 0;
}

static bool lost_its_reader(const struct stage *stage)
{
	return stage->err.sys == EPIPE ||
	       (WIFSIGNALED(stage->status) && WTERMSIG(stage->status) == SIGPIPE);
}

/* One that was on its way out by itself when we ended it keeps its own exit status. */
static bool fell_to_us(const struct stage *stage)
{
	return stage->ended_by_us && WIFSIGNALED(stage->status);
}

static bool stage_failed(const struct stage *stage)
{
	return stage->pid == 0 && stage->status != 0 && !fell_to_us(stage) &&
	       !lost_its_reader(stage);
}

/* Reap what ended; a failed stage ends those before it, whose work is in vain. */
static size_t reap(struct stage *stages, size_t count)
{
	size_t alive = 0;

	for (size_t i = 0; i < count; i++) {
		struct stage *stage = &stages[i];

		if (stage->pid > 0 && pipes_closed(stage) &&
		    waitpid(stage->pid, &stage->status, WNOHANG) == stage->pid)
			stage->pid = 0;
		if (stage->pid > 0)
			alive++;
		for (size_t j = 0; j < i && stage_failed(stage); j++)
			stage_end(&stages[j]);
	}
	return alive;
}

/* Of a stage, or of one that reads from it: a few bytes may become gigabytes, which a slow disk takes its time for. */
static int64_t last_active(const struct stage *stages, size_t count)
{
	int64_t last = stages[0].active_ms;

	for (size_t i = 1; i < count; i++)
		if (stages[i].active_ms > last)
			last = stages[i].active_ms;
	return last;
}

static void end_stalled(struct stage *stages, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct stage *stage = &stages[i];
		int64_t limit = (int64_t)stage->spec->stall_s * 1000;

		if (stage->pid == 0 || limit == 0 ||
		    clock_ms() - last_active(stage, count - i) < limit)
			continue;
		stage->stalled = true;
		kill(stage->pid, SIGKILL);
	}
}

static void supervise(struct stage *stages, size_t count, const struct child_watch *watch)
{
	int64_t ticked = clock_ms();

	while (reap(stages, count) > 0) {
		bool ending = false;

		for (size_t i = 0; i < count; i++)
			ending |= stages[i].pid > 0 && pipes_closed(&stages[i]);
		pump(stages, count, ending ? REAP_MS : TICK_MS, watch);
		if (clock_ms() - ticked < TICK_MS)
			continue;
		ticked = clock_ms();
		end_stalled(stages, count);
		if (watch && watch->tick)
			watch->tick(watch->ctx);
	}
	for (size_t i = 0; i < count; i++)
		tail_end(&stages[i].tail, stages[i].spec->name);
}

/* Why the stage failed, in words. */
static int explain(const struct stage *stage, struct err *err)
{
	const struct child *spec = stage->spec;
	const char *lines[CHILD_TAIL_LINES];
	size_t count = tail_lines(&stage->tail, lines);
	const char *last = count ? lines[count - 1] : "it said nothing";

	if (stage->stalled)
		return err_set(err, ERR_CHILD_TIMEOUT, spec->name,
			       "%s made no progress for %u s and was ended", spec->name,
			       spec->stall_s);
	if (stage->err.code != ERR_NONE) {
		*err = stage->err;
		return -1;
	}
	if (WIFSIGNALED(stage->status))
		return err_set(err, ERR_CHILD_DIED, spec->name, "%s was killed by signal %d (%s)%s",
			       spec->name, WTERMSIG(stage->status),
			       strsignal(WTERMSIG(stage->status)),
			       WTERMSIG(stage->status) == SIGKILL
				       ? ": most likely the VM ran out of memory"
				       : "");
	return err_set(err, spec->code ? spec->code : ERR_CHILD_FAILED, spec->name,
		       "%s failed with exit status %d: %s", spec->name, WEXITSTATUS(stage->status),
		       last);
}

/* The first stage in order with a failure of its own; else one that lost its reader. */
static const struct stage *culprit(const struct stage *stages, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (stages[i].stalled || stage_failed(&stages[i]))
			return &stages[i];
	for (size_t i = 0; i < count; i++)
		if (stages[i].status != 0)
			return &stages[i];
	return NULL;
}

int child_pipeline(const struct child *specs, size_t count, const struct child_watch *watch,
		   struct err *err)
{
	struct stage *stages;
	const struct stage *failed;
	struct err start = ERR_INIT;
	size_t started = 0;
	int ret = -1;
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (count == 0 || count > STAGES_MAX)
		return err_set(err, ERR_INTERNAL, NULL, "a pipeline has 1 to %d stages, not %zu",
			       STAGES_MAX, count);
	stages = calloc(count, sizeof(*stages));
	if (!stages || in < 0) {
		err_sys(err, ERR_IO, specs[0].name, "cannot start child processes");
		goto out;
	}
	while (started < count && stage_start(&stages[started], &specs[started], &in,
					      started == count - 1, &start) == 0)
		started++;
	stage_close(&in);
	for (size_t i = 0; i < started && started < count; i++)
		stage_end(&stages[i]);
	supervise(stages, started, watch);
	if (started < count) {
		err_keep(err, &start);
		goto out;
	}
	failed = culprit(stages, count);
	if (failed) {
		last_tail = failed->tail;
		explain(failed, err ? err : &start);
		goto out;
	}
	ret = 0;
out:
	stage_close(&in);
	free(stages);
	return ret;
}

int child_run(const struct child *child, const struct child_watch *watch, struct err *err)
{
	return child_pipeline(child, 1, watch, err);
}
