#include "http/hub.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "util/limits.h"
#include "util/log.h"
#include "util/monotonic.h"

struct hub {
	struct store *store;
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	struct waiter *waiting;
	uint64_t tick;
	bool stopping;

	/* The thread's own: what it has seen of the store. */
	int64_t version, count;
};

/* What became new since the last look. */
struct news {
	bool any;
	int64_t *vm; /* ids, sorted */
	size_t count, room;
	bool all; /* not all of them are known: everybody is to look */
};

static void add_news(void *arg, const struct vm *vm)
{
	struct news *news = arg;

	if (news->count == news->room) {
		const size_t room = news->room ? news->room * 2 : 64;
		int64_t *grown = reallocarray(news->vm, room, sizeof(*grown));

		if (!grown) {
			news->all = true;
			return;
		}
		news->vm = grown;
		news->room = room;
	}
	news->vm[news->count++] = vm->id;
}

static int compare_ids(const void *a, const void *b)
{
	const int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

/* Errors wake everybody: whoever looks for himself tells his peer what is wrong. */
static void look(struct hub *hub, struct news *news)
{
	int64_t count, version;
	struct err err = ERR_INIT;

	memset(news, 0, sizeof(*news));
	if (store_vm_count(hub->store, &count, &version, &err) < 0 || count != hub->count ||
	    version < hub->version ||
	    (version != hub->version &&
	     store_vm_since(hub->store, hub->version, add_news, news, &err) < 0))
		news->all = true;
	if (err.code) {
		log_warning("live streams: %s: %s", err.where, err.msg);
	} else {
		hub->count = count;
		hub->version = version;
	}
	news->any = news->all || news->count;
	if (news->count)
		qsort(news->vm, news->count, sizeof(*news->vm), compare_ids);
}

static bool concerns(const struct news *news, const struct waiter *waiter)
{
	if (news->all || (news->any && !waiter->vm))
		return true;
	return news->count &&
	       bsearch(&waiter->vm, news->vm, news->count, sizeof(*news->vm), compare_ids);
}

/* Resume all that have something to do; under the lock. */
static void wake(struct hub *hub, const struct news *news)
{
	const int64_t now = monotonic_ms();

	for (struct waiter **at = &hub->waiting; *at;) {
		struct waiter *waiter = *at;

		if (!hub->stopping && waiter->until_ms > now && !concerns(news, waiter)) {
			at = &waiter->next;
			continue;
		}
		*at = waiter->next;
		/* The owner may free it as soon as the connection runs. */
		MHD_resume_connection(waiter->connection);
	}
}

/* Until somebody waits, and then for one interval; false when it is time to stop. Under the lock. */
static bool next_round(struct hub *hub)
{
	int64_t until_ms;

	while (!hub->waiting && !hub->stopping)
		pthread_cond_wait(&hub->changed, &hub->lock);
	until_ms = monotonic_ms() + LIVE_INTERVAL_MS;
	while (!hub->stopping && monotonic_wait(&hub->changed, &hub->lock, until_ms))
		;
	return !hub->stopping;
}

static void *hub_main(void *arg)
{
	struct hub *hub = arg;

	pthread_mutex_lock(&hub->lock);
	while (next_round(hub)) {
		struct news news;

		pthread_mutex_unlock(&hub->lock);
		look(hub, &news);
		pthread_mutex_lock(&hub->lock);
		hub->tick += news.any;
		wake(hub, &news);
		free(news.vm);
	}
	wake(hub, &(struct news){.all = true});
	pthread_mutex_unlock(&hub->lock);
	return NULL;
}

int hub_start(struct hub **hub, struct store *store, struct err *err)
{
	struct hub *started = calloc(1, sizeof(*started));
	int code;

	if (!started)
		return err_set(err, ERR_MEMORY, "hub", "no memory");
	started->store = store;
	pthread_mutex_init(&started->lock, NULL);
	monotonic_condition(&started->changed);
	code = pthread_create(&started->thread, NULL, hub_main, started);
	if (code) {
		hub_free(started);
		return err_set(err, ERR_INTERNAL, "hub", "can't start a thread: %s",
			       strerror(code));
	}
	*hub = started;
	return 0;
}

void hub_stop(struct hub *hub)
{
	pthread_mutex_lock(&hub->lock);
	hub->stopping = true;
	pthread_cond_signal(&hub->changed);
	pthread_mutex_unlock(&hub->lock);
	pthread_join(hub->thread, NULL);
}

void hub_free(struct hub *hub)
{
	pthread_cond_destroy(&hub->changed);
	pthread_mutex_destroy(&hub->lock);
	free(hub);
}

uint64_t hub_tick(struct hub *hub)
{
	uint64_t tick;

	pthread_mutex_lock(&hub->lock);
	tick = hub->tick;
	pthread_mutex_unlock(&hub->lock);
	return tick;
}

enum hub_wait hub_wait(struct hub *hub, struct waiter *waiter, uint64_t tick)
{
	enum hub_wait ret = HUB_SUSPENDED;

	pthread_mutex_lock(&hub->lock);
	if (hub->stopping) {
		ret = HUB_STOPPED;
	} else if (hub->tick != tick) {
		ret = HUB_CHANGED;
	} else {
		/* Under the lock, so that it can't be resumed before. */
		MHD_suspend_connection(waiter->connection);
		waiter->next = hub->waiting;
		hub->waiting = waiter;
		pthread_cond_signal(&hub->changed);
	}
	pthread_mutex_unlock(&hub->lock);
	return ret;
}
