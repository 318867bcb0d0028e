/*
 * The VMs of the store, kept in step with it by asking what has changed. `serve` goes on meanwhile; it may be
 * another process, or none.
 */
#ifndef SERVER_WATCH_FEED_H
#define SERVER_WATCH_FEED_H

#include "store/store.h"

struct feed {
	struct vm *vm; /* in the order of their ids */
	size_t count;
	int64_t version; /* the newest among them */

	/* Told of each VM that is new (no `old`), changed, or gone (no `new`). NULL: nobody is told. */
	void (*changed)(void *arg, const struct vm *old, const struct vm *new);
	void *arg;
};

/* `feed` begins as zeros with `changed` and `arg`. Errors: ERR_MEMORY, ERR_SERVICE_STORE. */
int feed_poll(struct feed *feed, struct store *store, struct err *err);
void feed_free(struct feed *feed);

#endif
