/*
 * The thread that writes to the store. Requests hand it work and wait suspended, so that no
 * connection's thread ever waits for a disk; what has queued up meanwhile is committed together, by
 * one fsync. `done` is called after the commit, never before.
 */
#ifndef SERVER_STORE_WRITER_H
#define SERVER_STORE_WRITER_H

#include "base/err.h"
#include "store/store.h"

struct writer;

struct write {
	/* In the writer's thread, within a transaction; -1 undoes this one only. */
	int (*apply)(struct write *write, struct store *store, struct err *err);
	/* Committed (ret 0) or not (ret -1 and err). The write is the owner's again. */
	void (*done)(struct write *write);
	int ret;
	struct err err;
	struct write *next; /* the writer's */
};

/* `store` is the writer's alone until writer_stop(). */
int writer_start(struct writer **writer, struct store *store, struct err *err);
/* From any thread. A full queue or a stopping writer calls `done` at once, with ERR_SERVICE_LIMIT. */
void writer_submit(struct writer *writer, struct write *write);
/* Whether nothing could be stored the last time. */
bool writer_failing(struct writer *writer);
/* Writes that wait for their turn. */
size_t writer_queued(struct writer *writer);
/* Finish all that was submitted, refuse the rest from now on; returns when the thread has ended. */
void writer_stop(struct writer *writer);
void writer_free(struct writer *writer);

#endif
