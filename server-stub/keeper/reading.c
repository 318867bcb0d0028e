#include "keeper/reading.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "archives/archive.h"
#include "store/store.h"
#include "util/limits.h"
#include "util/log.h"
#include "util/monotonic.h"
#include "util/text.h"

struct reading {
	struct store *store; /* this thread's alone */
	const struct data *data;
	_Atomic pid_t pid; /* that reads; 0: none */
	struct err said;   /* last; the same is not said again and again */
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t stop;
	bool stopping;
};

static bool is_stopping(struct reading *reading)
{
	bool stopping;

	pthread_mutex_lock(&reading->lock);
	stopping = reading->stopping;
	pthread_mutex_unlock(&reading->lock);
	return stopping;
}

/* Somebody may still be writing it. */
static bool has_settled(const struct stat *st)
{
	return st->st_mtim.tv_sec <= time(NULL) - READING_SETTLED_SECONDS;
}

static void tell(struct reading *reading, const struct err *err)
{
	if (strcmp(err->msg, reading->said.msg) || strcmp(err->where, reading->said.where))
		log_warning("archives: %s: %s", err->where, err->msg);
	reading->said = *err;
}

/* One that fails now is tried again with the next look. */
static int read_one(void *arg, const char *path, int fd, struct err *err)
{
	struct reading *reading = arg;
	struct err one = ERR_INIT;
	char *facts = NULL;
	struct stat st;

	if (is_stopping(reading))
		return err_set(err, ERR_NONE, path, "the service stops");
	if (fstat(fd, &st) < 0 || !has_settled(&st))
		return 0;
	if (archive_facts(reading->store, path, fd, &reading->pid, &facts, &one) < 0 &&
	    !is_stopping(reading))
		tell(reading, &one);
	free(facts);
	return 0;
}

/* Sleep until the next look; false: no more. */
static bool pause_once(struct reading *reading)
{
	const int64_t until_ms = monotonic_ms() + READING_LOOK_SECONDS * 1000;
	bool stopping;

	pthread_mutex_lock(&reading->lock);
	while (!reading->stopping && monotonic_wait(&reading->stop, &reading->lock, until_ms))
		;
	stopping = reading->stopping;
	pthread_mutex_unlock(&reading->lock);
	return !stopping;
}

static void *reading_main(void *arg)
{
	struct reading *reading = arg;

	do {
		struct err err = ERR_INIT;

		if (archive_each(reading->data->archives, read_one, reading, &err) < 0 && err.code)
			tell(reading, &err);
	} while (pause_once(reading));
	return NULL;
}

static void free_reading(struct reading *reading)
{
	store_close(reading->store);
	pthread_cond_destroy(&reading->stop);
	pthread_mutex_destroy(&reading->lock);
	free(reading);
}

int reading_start(struct reading **reading, const struct data *data, struct err *err)
{
	struct reading *started = calloc(1, sizeof(*started));
	int code;

	if (!started)
		return err_set(err, ERR_MEMORY, "archives", "no memory");
	pthread_mutex_init(&started->lock, NULL);
	monotonic_condition(&started->stop);
	started->data = data;
	if (store_open(&started->store, data->path, false, err) < 0) {
		free_reading(started);
		return -1;
	}
	code = pthread_create(&started->thread, NULL, reading_main, started);
	if (code) {
		free_reading(started);
		return err_set(err, ERR_INTERNAL, "archives", "can't start a thread: %s",
			       strerror(code));
	}
	*reading = started;
	return 0;
}

void reading_stop(struct reading *reading)
{
	const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};

	if (!reading)
		return;
	pthread_mutex_lock(&reading->lock);
	reading->stopping = true;
	pthread_cond_signal(&reading->stop);
	pthread_mutex_unlock(&reading->lock);
	/* It may be about to start one. */
	while (pthread_tryjoin_np(reading->thread, NULL) == EBUSY) {
		const pid_t pid = atomic_load(&reading->pid);

		if (pid > 0)
			kill(pid, SIGKILL);
		nanosleep(&pause, NULL);
	}
	free_reading(reading);
}
