/*
 * The events that the service has not taken yet, in order. A batch gets its numbers when it is first
 * offered and stays as it is until taken, so a repeated delivery is the same; what is pending has no
 * numbers yet, so that progress can be replaced by newer progress without leaving a gap. Only what an earlier
 * boot has left pending has that boot's numbers.
 * Kept in a file over the agent's death; in memory bounded by REPORT_PENDING_MAX.
 */
#ifndef NEWROOT_SERVICE_SPOOL_H
#define NEWROOT_SERVICE_SPOOL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define BOOT_UUID_TEXT 37

/* A fresh UUID. Errors: ERR_IO. */
int spool_new_boot(char boot[static BOOT_UUID_TEXT], struct err *err);

struct spool {
	const char *path;          /* NULL: memory only */
	char boot[BOOT_UUID_TEXT]; /* of this boot of the agent */
	uint64_t next;             /* number of the next event that gets one */
	json_t *batch;             /* array, numbered */
	json_t *offer;             /* its first `part` events, when that is not 0 */
	size_t part;
	json_t *pending; /* array, in order of arrival */
	size_t pending_bytes;
	uint64_t dropped; /* notes and plans since the last time there was room */
	bool dirty;       /* the file is behind */
};

/*
 * Take up what `path` holds; start anew when there is no such file or it is not a spool (then `err` says so, and 0
 * is returned all the same). With `boot` NULL its boot id and numbers are gone on with; else events to come are
 * of that boot, numbered from 1, and what is left of earlier boots goes first, as theirs. -1: ERR_IO, ERR_MEMORY.
 */
int spool_open(struct spool *spool, const char *path, const char *boot, struct err *err);
void spool_free(struct spool *spool);

/* Append an event, taking it over. Progress replaces older progress of the same item. */
void spool_add(struct spool *spool, json_t *event);

/*
 * The numbered events to be offered next, all of one boot, or NULL when there are none. Owned by the spool, valid
 * until the next call.
 */
const json_t *spool_batch(struct spool *spool);

/* Whose boot the first of these events is, as batch and pending have them. */
const char *spool_boot_of(const struct spool *spool, const json_t *events);

/* The service has all up to `number`. */
void spool_taken(struct spool *spool, uint64_t number);

/*
 * The service refuses what was offered, and always will: half of it is offered next. One event alone is
 * the culprit: it is dropped and returned, the caller's to json_decref(); else NULL.
 */
json_t *spool_refused(struct spool *spool);

/* Events that it still holds. */
size_t spool_count(const struct spool *spool);

/* Bring the file up to date, all at once (rename). Progress that has no number yet is left out. */
int spool_save(struct spool *spool, struct err *err);

#endif
