#include "service/report.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "service/event.h"
#include "service/reporter.h"
#include "service/spool.h"
#include "service/wait.h"

#define FLUSH_POLL_MS   20
#define CHILD_WAIT_MS   1000 /* a forked child has no queue of its own: it waits this long for room */
#define REPORTER_STARTS 4    /* one that dies more often than this won't do better */

/* An event that did not fit into the socket yet. */
struct waiting {
	struct waiting *next;
	size_t size;
	char text[];
};

static struct {
	struct service *service;
	const char *spool;
	char boot[BOOT_UUID_TEXT]; /* "": that of the spool */
	pid_t owner;    /* the agent: forked children report too, but don't own the queue */
	pid_t reporter; /* 0: none */
	int fd;
	unsigned starts;
	struct reporter_shared *shared;
	struct waiting *first, **last;
	size_t waiting_bytes;
} report = {.fd = -1};

static int spawn(struct err *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return err_sys(err, ERR_IO, NULL, "no socket pair for the reporter");
	report.shared->agent = getpid();
	report.starts++;
	report.reporter = fork();
	if (!report.reporter) {
		close(ends[0]);
		reporter_run(report.service, report.spool, report_boot(), ends[1], report.shared);
	}
	close(ends[1]);
	if (report.reporter < 0) {
		report.reporter = 0;
		close(ends[0]);
		return err_sys(err, ERR_IO, NULL, "cannot fork the reporter");
	}
	report.fd = ends[0];
	return 0;
}

const char *report_boot(void)
{
	return *report.boot ? report.boot : NULL;
}

int report_start(struct service *service, const char *spool, enum report_boot boot, struct err *err)
{
	void *shared;

	*report.boot = '\0';
	if (!service)
		return 0;
	if (boot == REPORT_NEW_BOOT && spool_new_boot(report.boot, err))
		return -1;
	shared = mmap(NULL, sizeof(*report.shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return err_sys(err, ERR_MEMORY, NULL, "no memory to share with the reporter");
	report.service = service;
	report.spool = spool;
	report.owner = getpid();
	report.shared = shared;
	report.first = NULL;
	report.last = &report.first;
	report.waiting_bytes = 0;
	report.starts = 0;
	return spawn(err);
}

/* The reporter died (no memory, most likely): its spool stays, what was in the socket is lost. */
static void respawn(void)
{
	struct err err = ERR_INIT;
	int status = 0;

	close(report.fd);
	report.fd = -1;
	waitpid(report.reporter, &status, 0);
	log_line("the reporter died with status 0x%x", status);
	atomic_store(&report.shared->sent, 0);
	atomic_store(&report.shared->received, 0);
	if (report.starts >= REPORTER_STARTS || spawn(&err)) {
		report.reporter = 0;
		log_line("no reporter any more: %s", err.msg);
	}
}

/* Never blocks. False: no room, or no reporter. */
static bool try_send(const char *text, size_t size)
{
	if (report.fd < 0)
		return false;
	if (send(report.fd, text, size, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size) {
		atomic_fetch_add(&report.shared->sent, 1);
		return true;
	}
	if ((errno == EPIPE || errno == ECONNRESET) && getpid() == report.owner)
		respawn();
	return false;
}

static void send_waiting(void)
{
	while (report.first && try_send(report.first->text, report.first->size)) {
		struct waiting *sent = report.first;

		report.first = sent->next;
		if (!report.first)
			report.last = &report.first;
		report.waiting_bytes -= sent->size;
		free(sent);
	}
}

static void keep_waiting(const char *text, size_t size)
{
	struct waiting *waiting = malloc(sizeof(*waiting) + size);

	if (!waiting)
		return;
	waiting->next = NULL;
	waiting->size = size;
	memcpy(waiting->text, text, size);
	*report.last = waiting;
	report.last = &waiting->next;
	report.waiting_bytes += size;
}

static void send_from_agent(const char *text, size_t size, enum event_rank rank)
{
	send_waiting();
	if (!report.first && try_send(text, size))
		return;
	if (rank == EVENT_KEPT || (rank == EVENT_TALK && report.waiting_bytes < REPORT_QUEUE_MAX))
		keep_waiting(text, size);
}

static void send_from_child(const char *text, size_t size, enum event_rank rank)
{
	if (!try_send(text, size) && rank != EVENT_PASSING &&
	    wait_fd(report.fd, POLLOUT, wait_now() + CHILD_WAIT_MS, NULL) > 0)
		try_send(text, size);
}

/* Takes the event over. */
static void send_event(json_t *event)
{
	size_t size;
	char *text = event_dump(event, &size);

	if (!text)
		log_line("an event could not be made: no memory");
	else if (getpid() == report.owner)
		send_from_agent(text, size, event_rank(event));
	else
		send_from_child(text, size, event_rank(event));
	free(text);
	json_decref(event);
}

void report_begin(const char *step)
{
	if (report.shared)
		send_event(event_new("begin", step));
}

void report_end(const char *step, bool ok, uint64_t ms, uint64_t bytes)
{
	json_t *event;

	if (!report.shared)
		return;
	event = event_new("end", step);
	json_object_set_new(event, "ok", json_boolean(ok));
	event_set_number(event, "ms_taken", ms);
	event_set_number(event, "bytes", bytes);
	send_event(event);
}

void report_progress(const char *step, const char *item, uint64_t done, uint64_t total,
		     uint64_t rate)
{
	json_t *event;

	if (!report.shared)
		return;
	event = event_new("progress", step);
	event_set_text(event, "item", item);
	event_set_number(event, "done", done);
	event_set_number(event, "total", total);
	event_set_number(event, "rate", rate);
	send_event(event);
}

static void report_text(const char *type, const char *key, const char *text)
{
	json_t *event;

	if (!report.shared)
		return;
	event = event_new(type, NULL);
	event_set_text(event, key, text);
	send_event(event);
}

void report_note(const char *text)
{
	report_text("note", "text", text);
}

void report_plan(const char *text, json_t *shown)
{
	json_t *event;

	if (!report.shared) {
		json_decref(shown);
		return;
	}
	event = event_new("plan", NULL);
	event_set_text(event, "text", text);
	if (shown)
		json_object_set_new(event, "shown", shown);
	send_event(event);
}

void report_state(const char *state)
{
	report_text("state", "state", state);
}

void report_wait(const char *reason)
{
	report_text("wait", "reason", reason);
}

void report_heartbeat(void)
{
	if (report.shared)
		send_event(event_new("heartbeat", NULL));
}

void report_error(const char *step, const struct err *err, const char *const *stderr_lines,
		  size_t stderr_count, const char *const *kernel_lines, size_t kernel_count)
{
	json_t *event;

	if (!report.shared)
		return;
	event = event_new("error", step);
	event_set_text(event, "code", err_name(err->code));
	event_set_text(event, "where", err->where);
	event_set_text(event, "message", err->msg);
	event_set_lines(event, "stderr", stderr_lines, stderr_count);
	event_set_lines(event, "kernel", kernel_lines, kernel_count);
	send_event(event);
}

void report_anchors(const char *id)
{
	if (!report.shared || atomic_load(&report.shared->anchors_known))
		return;
	snprintf(report.shared->anchors, sizeof(report.shared->anchors), "%s", id);
	atomic_store(&report.shared->anchors_known, true);
}

bool report_held(void)
{
	return report.shared && atomic_load(&report.shared->hold);
}

bool report_again(void)
{
	return report.shared && atomic_load(&report.shared->again);
}

bool report_cutover(void)
{
	return report.shared && atomic_load(&report.shared->cutover);
}

static bool all_delivered(void)
{
	uint64_t received = atomic_load(&report.shared->received);

	return !report.first && received >= atomic_load(&report.shared->sent) &&
	       !atomic_load(&report.shared->undelivered);
}

/* One that died silently is only noticed when it is looked at; somebody else may have reaped it. */
static void check_reporter(void)
{
	siginfo_t info = {0};
	int ret = waitid(P_PID, (id_t)report.reporter, &info, WEXITED | WNOHANG | WNOWAIT);

	if (ret ? errno == ECHILD : info.si_pid != 0)
		respawn();
}

int report_flush(unsigned limit_s)
{
	const uint64_t deadline = wait_now() + (uint64_t)limit_s * 1000;

	if (!report.shared)
		return 0;
	for (;;) {
		send_waiting();
		if (!report.reporter)
			return -1;
		if (all_delivered())
			return 0;
		if (limit_s && wait_now() >= deadline)
			return -1;
		check_reporter();
		wait_sleep(FLUSH_POLL_MS, NULL);
	}
}

static void end_reporter(void)
{
	if (report.fd >= 0)
		close(report.fd);
	if (report.reporter > 0) {
		kill(report.reporter, SIGTERM);
		while (waitpid(report.reporter, NULL, 0) < 0 && errno == EINTR)
			;
	}
	while (report.first) {
		struct waiting *lost = report.first;

		report.first = lost->next;
		free(lost);
	}
	munmap(report.shared, sizeof(*report.shared));
	report.shared = NULL;
	report.fd = -1;
	report.reporter = 0;
}

int report_stop(unsigned limit_s)
{
	int ret = report_flush(limit_s);

	if (report.shared)
		end_reporter();
	return ret;
}
