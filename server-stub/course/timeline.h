/*
 * The timeline of a VM: which step began when, how long it took, how many bytes went through. Built
 * from its events in order, those of begin and end.
 */
#ifndef SERVER_COURSE_TIMELINE_H
#define SERVER_COURSE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

struct timeline_row {
	char step[STEP_NAME_MAX + 1];
	char boot[BOOT_UUID_TEXT];
	int64_t begin_ms;
	bool ended, ok;   /* ok is told by the end */
	int64_t ms_taken; /* when ended */
	int64_t bytes;    /* 0: none told */
};

struct timeline {
	struct timeline_row *row; /* in the order they began */
	size_t count;
	bool failed; /* out of memory: rows are missing */
};

void timeline_add(struct timeline *timeline, const struct event_row *event);
void timeline_free(struct timeline *timeline);

#endif
