/*
 * One event as JSON, before it has its number. What comes from outside is cleaned and cut on the way.
 * All take NULL for an event that could not be made, so that only the end needs a check.
 */
#ifndef NEWROOT_SERVICE_EVENT_H
#define NEWROOT_SERVICE_EVENT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* `type` and the present time in ms; `step` may be NULL. NULL when memory is short. */
json_t *event_new(const char *type, const char *step);

void event_set_text(json_t *event, const char *key, const char *text);
void event_set_number(json_t *event, const char *key, uint64_t number);
/* An array; the last EVENT_LINES_MAX of them, for the end tells most. */
void event_set_lines(json_t *event, const char *key, const char *const *lines, size_t count);

/* What may be done with it when there is no room. */
enum event_rank {
	EVENT_PASSING, /* progress, heartbeat: the next one tells the same */
	EVENT_TALK,    /* note, plan */
	EVENT_KEPT,    /* begin, end, error, state: never dropped */
};
enum event_rank event_rank(const json_t *event);

/* Compact text of at most EVENT_BYTES_MAX bytes, the caller's to free; NULL when that can't be. */
char *event_dump(const json_t *event, size_t *size);

#endif
