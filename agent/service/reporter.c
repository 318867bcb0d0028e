#include "service/reporter.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "service/anchors.h"
#include "service/event.h"
#include "service/retry.h"
#include "service/spool.h"
#include "service/wait.h"

/* A former reporter that is still saving its spool: getaddrinfo() may keep it busy this long. */
#define LOCK_PATIENCE_MS 20000
#define LOCK_POLL_MS     50

struct reporter {
	struct service *service;
	struct reporter_shared *shared;
	struct spool spool;
	int fd;
	uint64_t received; /* messages, of which the sharers are told after the spool knows them */
	unsigned failures; /* deliveries in a row */
	unsigned refused;  /* events dropped for good */
	bool unlearnt;     /* the service's trust anchors could not be kept, which was told */
	bool unsaved;      /* the spool's file could not be written, which was told */
	uint64_t next_try; /* of wait_now() */
};

static const struct net_limits backoff = NET_LIMITS_DEFAULT;

/*
 * The agent may be in the middle of its work, with a disk open that nobody else may hold, or a pipe whose other
 * end waits for its last writer.
 */
static void close_inherited(const struct reporter *reporter)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	service_forked(reporter->service);
	while (dir && (entry = readdir(dir))) {
		int fd = atoi(entry->d_name);

		if (fd > STDERR_FILENO && fd != reporter->fd && fd != log_descriptor() &&
		    fd != dirfd(dir))
			close(fd);
	}
	if (dir)
		closedir(dir);
}

/* What init gave us is inherited; only the parent's death or SIGTERM ends us, and only in a wait. */
static int set_signals(pid_t parent, struct err *err)
{
	static const int ignored[] = {SIGINT, SIGHUP, SIGPIPE, SIGQUIT};

	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		signal(ignored[i], SIG_IGN);
	if (wait_end_on(SIGTERM, err))
		return -1;
	if (prctl(PR_SET_PDEATHSIG, SIGTERM))
		return err_sys(err, ERR_IO, NULL, "prctl(PR_SET_PDEATHSIG)");
	/* Dead already: then no signal will come. */
	if (getppid() != parent)
		raise(SIGTERM);
	return 0;
}

/* Two reporters must not use one spool. The lock ends with the process. */
static int lock_spool(const char *spool, struct err *err)
{
	char path[4096];
	const uint64_t deadline = wait_now() + LOCK_PATIENCE_MS;
	int fd;

	snprintf(path, sizeof(path), "%s.lock", spool);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(err, ERR_IO, path, "the spool's lock can't be opened");
	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK)
			return err_sys(err, ERR_IO, path, "flock");
		if (wait_now() > deadline)
			return err_set(err, ERR_IO, path, "another reporter does not end");
		if (wait_sleep(LOCK_POLL_MS, err))
			return -1;
	}
	return 0;
}

static int open_spool(struct reporter *reporter, const char *path, const char *boot,
		      struct err *err)
{
	struct err odd = ERR_INIT;

	if (path && lock_spool(path, err))
		return -1;
	if (spool_open(&reporter->spool, path, boot, &odd))
		return err_keep(err, &odd);
	if (odd.code)
		log_line("reporter: %s: %s", odd.where, odd.msg);
	/* The one before us died: a number given twice would be taken for a repetition. */
	if (reporter->spool.next < atomic_load(&reporter->shared->next))
		reporter->spool.next = atomic_load(&reporter->shared->next);
	return 0;
}

/* Move what waits in the socket into the spool. 0, or -1: nobody can send any more. */
static int take_messages(struct reporter *reporter)
{
	static char message[EVENT_BYTES_MAX];
	ssize_t n;

	while ((n = recv(reporter->fd, message, sizeof(message), MSG_DONTWAIT)) > 0) {
		json_t *event = json_loadb(message, (size_t)n, 0, NULL);

		reporter->received++;
		if (event)
			spool_add(&reporter->spool, event);
	}
	return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

/* The file first, then the word that the events are safe. */
static void settle(struct reporter *reporter)
{
	struct err err = ERR_INIT;
	const bool failed = spool_save(&reporter->spool, &err);

	/* Told once: the log lies in the same memory that is full. */
	if (failed && !reporter->unsaved)
		log_line("reporter: %s: %s", err.where, err.msg);
	reporter->unsaved = failed;
	atomic_store(&reporter->shared->next, reporter->spool.next);
	atomic_store(&reporter->shared->undelivered, spool_count(&reporter->spool));
	atomic_store(&reporter->shared->received, reporter->received);
}

/* That it was learnt is told at once: the service waits for it. */
static void learn(struct reporter *reporter, char *anchors)
{
	struct err err = ERR_INIT;
	int learnt = anchors ? anchors_learn(reporter->service, anchors, &err) : 0;

	free(anchors);
	if (learnt > 0) {
		json_t *event = event_new("note", NULL);

		event_set_text(event, "text", "the site's new trust anchors are known from now on");
		if (event)
			spool_add(&reporter->spool, event);
	} else if (learnt < 0 && !reporter->unlearnt) {
		log_line("reporter: %s: %s", err.where, err.msg);
	}
	reporter->unlearnt = learnt < 0;
}

/* What an answer says of an earlier boot's events is no order to this one; a hold is the VM's. */
static void delivered(struct reporter *reporter, const json_t *batch,
		      const struct events_answer *answer)
{
	const struct spool *spool = &reporter->spool;

	if (reporter->failures)
		log_line("reporter: the service is back after %u failures", reporter->failures);
	reporter->failures = 0;
	atomic_store(&reporter->shared->hold, answer->hold);
	if (!strcmp(spool_boot_of(spool, batch), spool->boot)) {
		atomic_store(&reporter->shared->again, answer->again);
		atomic_store(&reporter->shared->cutover, answer->cutover);
	}
	spool_taken(&reporter->spool, answer->taken);
}

static void failed(struct reporter *reporter, const struct err *err)
{
	reporter->next_try = wait_now() + retry_delay(&backoff, ++reporter->failures, err);
	if (reporter->failures == 1)
		log_line("reporter: events wait for the service [%s]: %s: %s: %s",
			 err_name(err->code), err->where, err->msg, err_help(err->code));
}

/* Trying again would go on for ever: what is left of the batch is offered at once. */
static void refused(struct reporter *reporter, const struct err *err)
{
	json_t *event = spool_refused(&reporter->spool);
	const char *type = json_string_value(json_object_get(event, "type"));

	if (!event)
		return;
	log_line("reporter: event %lld (%s) is refused and dropped, %u so far: %s: %s",
		 (long long)json_integer_value(json_object_get(event, "seq")), type ? type : "?",
		 ++reporter->refused, err->where, err->msg);
	json_decref(event);
}

/* Offer a batch once. */
static void deliver(struct reporter *reporter, const json_t *batch)
{
	char *text = json_dumps(batch, JSON_COMPACT);
	size_t before = spool_count(&reporter->spool);
	struct events_answer answer = {0};
	struct err err = ERR_INIT;

	if (atomic_load(&reporter->shared->anchors_known))
		anchors_tell(reporter->service, reporter->shared->anchors);
	if (!text)
		err_set(&err, ERR_MEMORY, NULL, "no memory for a batch of events");
	else
		service_post_events(reporter->service, text, strlen(text), &answer, &err);
	free(text);
	if (err.code == ERR_EVENTS_REFUSED) {
		refused(reporter, &err);
		return;
	}
	if (!err.code) {
		delivered(reporter, batch, &answer);
		before -= spool_count(&reporter->spool);
		learn(reporter, answer.anchors);
		if (before)
			return;
		err_set(&err, ERR_SERVICE_ANSWER, NULL, "the service took none of the events");
	}
	failed(reporter, &err);
}

/* Until the next message or the next try. -1: told to end. */
static int wait_for_work(const struct reporter *reporter, bool gone)
{
	uint64_t until = spool_count(&reporter->spool) ? reporter->next_try : UINT64_MAX / 2;

	return wait_fd(gone ? -1 : reporter->fd, POLLIN, until, NULL) < 0 ? -1 : 0;
}

static void work(struct reporter *reporter)
{
	bool gone;

	do {
		const json_t *batch;

		gone = take_messages(reporter);
		settle(reporter);
		batch = spool_batch(&reporter->spool);
		if (batch && wait_now() >= reporter->next_try) {
			settle(reporter);
			deliver(reporter, batch);
			settle(reporter);
		}
		if (gone && !spool_count(&reporter->spool))
			return;
	} while (!wait_for_work(reporter, gone));
	take_messages(reporter);
	settle(reporter);
}

_Noreturn void reporter_run(struct service *service, const char *spool, const char *boot, int fd,
			    struct reporter_shared *shared)
{
	struct reporter reporter = {.service = service, .fd = fd, .shared = shared};
	struct err err = ERR_INIT;

	close_inherited(&reporter);
	if (set_signals(shared->agent, &err) || open_spool(&reporter, spool, boot, &err)) {
		log_line("reporter: %s: %s", err.where, err.msg);
		_exit(err_exit_status(err.code));
	}
	work(&reporter);
	_exit(0);
}
