#include "keeper/keeper.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "keeper/waiting.h"
#include "net/sync.h"
#include "store/store.h"
#include "util/limits.h"
#include "util/log.h"
#include "util/monotonic.h"

struct keeper {
	struct store *store; /* the keeper's alone: its reading never waits for a request's */
	struct net *net;
	struct waiting waiting;
	struct renewal *renewal;
	int64_t rounds;
	/* Said last; the same is not said again and again. */
	struct err about_files, about_archives, about_certificates;
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t stop;
	bool stopping;
};

/* Without an error all is well, and the next one is said whatever was before. */
static void complain(struct err *said, const struct err *err)
{
	if (err->code && (strcmp(err->msg, said->msg) || strcmp(err->where, said->where)))
		log_warning("keeper: %s: %s", err->where, err->msg);
	*said = *err;
}

static void look(struct keeper *keeper)
{
	struct err files = ERR_INIT, archives = ERR_INIT, certificates = ERR_INIT;

	if (keeper->rounds++ % KEEPER_SLOW_ROUNDS == 0) {
		waiting_look(&keeper->waiting, &archives);
		complain(&keeper->about_archives, &archives);
	}
	net_sync(keeper->net, keeper->store, NULL, &files);
	complain(&keeper->about_files, &files);
	renewal_look(keeper->renewal, &certificates);
	complain(&keeper->about_certificates, &certificates);
}

/* Sleep until the next look; false: no more. */
static bool pause_once(struct keeper *keeper)
{
	const int64_t until_ms = monotonic_ms() + KEEPER_LOOK_MS;
	bool stopping;

	pthread_mutex_lock(&keeper->lock);
	while (!keeper->stopping && monotonic_wait(&keeper->stop, &keeper->lock, until_ms))
		;
	stopping = keeper->stopping;
	pthread_mutex_unlock(&keeper->lock);
	return !stopping;
}

static void *keeper_main(void *arg)
{
	struct keeper *keeper = arg;

	do
		look(keeper);
	while (pause_once(keeper));
	return NULL;
}

static void free_keeper(struct keeper *keeper)
{
	net_free(keeper->net);
	store_close(keeper->store);
	pthread_cond_destroy(&keeper->stop);
	pthread_mutex_destroy(&keeper->lock);
	free(keeper);
}

int keeper_start(struct keeper **keeper, const struct keeper_config *config, struct err *err)
{
	struct keeper *started = calloc(1, sizeof(*started));
	int code;

	if (!started)
		return err_set(err, ERR_MEMORY, "keeper", "no memory");
	pthread_mutex_init(&started->lock, NULL);
	monotonic_condition(&started->stop);
	if (store_open(&started->store, config->data->path, false, err) < 0 ||
	    net_new(&started->net, config->data, config->settings, err) < 0)
		goto failed;
	started->waiting = (struct waiting){.store = started->store,
					    .writer = config->writer,
					    .data = config->data,
					    .url = config->settings->url};
	started->renewal = config->renewal;
	started->renewal->store = started->store;
	code = pthread_create(&started->thread, NULL, keeper_main, started);
	if (code) {
		err_set(err, ERR_INTERNAL, "keeper", "can't start a thread: %s", strerror(code));
		goto failed;
	}
	*keeper = started;
	return 0;
failed:
	free_keeper(started);
	return -1;
}

void keeper_stop(struct keeper *keeper)
{
	if (!keeper)
		return;
	pthread_mutex_lock(&keeper->lock);
	keeper->stopping = true;
	pthread_cond_signal(&keeper->stop);
	pthread_mutex_unlock(&keeper->lock);
	pthread_join(keeper->thread, NULL);
	free_keeper(keeper);
}
