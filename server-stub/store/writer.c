#include "store/writer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/limits.h"
#include "util/log.h"
#include "util/text.h"

struct writer {
	struct store *store;
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	struct write *first, **last;
	size_t queued;
	bool stopping;

	atomic_bool failing;
	int64_t tidied_ms; /* the thread's own */
};

/* Take up to WRITER_BATCH_MAX writes off the queue; NULL when there is nothing more to come. */
static struct write *take_batch(struct writer *writer)
{
	struct write *batch, **end;
	size_t count = 0;

	pthread_mutex_lock(&writer->lock);
	while (!writer->first && !writer->stopping)
		pthread_cond_wait(&writer->changed, &writer->lock);
	batch = writer->first;
	for (end = &batch; *end && count < WRITER_BATCH_MAX; count++)
		end = &(*end)->next;
	writer->first = *end;
	if (!writer->first)
		writer->last = &writer->first;
	*end = NULL;
	writer->queued -= count;
	pthread_mutex_unlock(&writer->lock);
	return batch;
}

static void apply_one(struct store *store, struct write *write)
{
	write->ret = store_part_begin(store, &write->err);
	if (write->ret < 0)
		return;
	write->ret = write->apply(write, store, &write->err);
	if (store_part_end(store, write->ret == 0, write->ret == 0 ? &write->err : NULL) < 0)
		write->ret = -1;
}

static int lost(const struct write *write, struct err *err)
{
	if (write->ret < 0)
		*err = write->err;
	else
		err_set(err, ERR_SERVICE_STORE, "store", "the transaction was undone");
	return -1;
}

static int apply_all(struct store *store, struct write *batch, struct err *err)
{
	if (store_begin(store, err) < 0)
		return -1;
	for (struct write *write = batch; write; write = write->next) {
		apply_one(store, write);
		/* Undone as a whole: what would follow stayed although nobody is told so. */
		if (!store_in_transaction(store))
			return lost(write, err);
	}
	return store_commit(store, err);
}

static void finish(struct write *batch, const struct err *err)
{
	while (batch) {
		struct write *write = batch;

		batch = write->next;
		if (err) {
			write->ret = -1;
			write->err = *err;
		}
		write->done(write);
	}
}

/* Now and then, while nobody waits. What fails here fails again in what matters, and is told there. */
static void tidy(struct writer *writer)
{
	const int64_t now = wall_ms();

	if (writer_queued(writer) ||
	    (now >= writer->tidied_ms && now < writer->tidied_ms + STORE_TIDY_MS))
		return;
	writer->tidied_ms = now;
	store_tidy(writer->store, NULL);
}

static void *writer_main(void *arg)
{
	struct writer *writer = arg;
	struct write *batch;

	while ((batch = take_batch(writer))) {
		struct err err = ERR_INIT;
		bool failed = apply_all(writer->store, batch, &err) < 0;

		atomic_store(&writer->failing, failed);
		if (failed)
			log_warning("nothing was stored: %s: %s", err.where, err.msg);
		finish(batch, failed ? &err : NULL);
		tidy(writer);
	}
	return NULL;
}

int writer_start(struct writer **writer, struct store *store, struct err *err)
{
	struct writer *started = calloc(1, sizeof(*started));
	int code;

	if (!started)
		return err_set(err, ERR_MEMORY, "writer", "no memory");
	started->store = store;
	started->last = &started->first;
	pthread_mutex_init(&started->lock, NULL);
	pthread_cond_init(&started->changed, NULL);
	code = pthread_create(&started->thread, NULL, writer_main, started);
	if (code) {
		writer_free(started);
		return err_set(err, ERR_INTERNAL, "writer", "can't start a thread: %s",
			       strerror(code));
	}
	*writer = started;
	return 0;
}

static bool enqueue(struct writer *writer, struct write *write)
{
	bool taken;

	pthread_mutex_lock(&writer->lock);
	taken = !writer->stopping && writer->queued < WRITER_QUEUE_MAX;
	if (taken) {
		write->next = NULL;
		*writer->last = write;
		writer->last = &write->next;
		writer->queued++;
		pthread_cond_signal(&writer->changed);
	}
	pthread_mutex_unlock(&writer->lock);
	return taken;
}

void writer_submit(struct writer *writer, struct write *write)
{
	if (enqueue(writer, write))
		return;
	write->ret = err_set(&write->err, ERR_SERVICE_LIMIT, "store",
			     "the service is stopping or has too much to store; try again");
	write->done(write);
}

bool writer_failing(struct writer *writer)
{
	return atomic_load(&writer->failing);
}

size_t writer_queued(struct writer *writer)
{
	size_t queued;

	pthread_mutex_lock(&writer->lock);
	queued = writer->queued;
	pthread_mutex_unlock(&writer->lock);
	return queued;
}

void writer_stop(struct writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	writer->stopping = true;
	pthread_cond_signal(&writer->changed);
	pthread_mutex_unlock(&writer->lock);
	pthread_join(writer->thread, NULL);
}

void writer_free(struct writer *writer)
{
	pthread_cond_destroy(&writer->changed);
	pthread_mutex_destroy(&writer->lock);
	free(writer);
}
