#include "course/timeline.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void begin(struct timeline *timeline, const struct event_row *event)
{
	struct timeline_row *grown =
		reallocarray(timeline->row, timeline->count + 1, sizeof(*grown));

	if (!grown) {
		timeline->failed = true;
		return;
	}
	timeline->row = grown;
	grown += timeline->count++;
	memset(grown, 0, sizeof(*grown));
	snprintf(grown->step, sizeof(grown->step), "%s", event->step);
	snprintf(grown->boot, sizeof(grown->boot), "%s", event->boot);
	grown->begin_ms = event->ms;
}

/* The row that an end closes: the latest open one of its step and boot; NULL when its begin is missing. */
static struct timeline_row *open_row(struct timeline *timeline, const struct event_row *event)
{
	for (size_t i = timeline->count; i-- > 0;) {
		struct timeline_row *row = &timeline->row[i];

		if (!row->ended && !strcmp(row->step, event->step) &&
		    !strcmp(row->boot, event->boot))
			return row;
	}
	return NULL;
}

/* What a browser can count with: nothing below 0 or beyond 2^53. */
static int64_t a_number(int64_t value)
{
	const int64_t most = INT64_C(1) << 53;

	if (value < 0)
		return 0;
	return value < most ? value : most;
}

static void end(struct timeline *timeline, const struct event_row *event)
{
	struct timeline_row *row = open_row(timeline, event);
	/* One that is longer was stored before there was a cap; to parse it takes too long. */
	const bool small = strlen(event->body) <= STEP_EVENT_BYTES_MAX;
	json_t *body = row && small ? json_loads(event->body, 0, NULL) : NULL;
	const json_t *taken = json_object_get(body, "ms_taken");

	if (!row)
		return;
	row->ended = true;
	row->ok = json_is_true(json_object_get(body, "ok"));
	row->bytes = a_number(json_integer_value(json_object_get(body, "bytes")));
	row->ms_taken = a_number(json_is_integer(taken) ? json_integer_value(taken)
							: event->ms - row->begin_ms);
	json_decref(body);
}

void timeline_add(struct timeline *timeline, const struct event_row *event)
{
	if (!strcmp(event->type, "begin"))
		begin(timeline, event);
	else if (!strcmp(event->type, "end"))
		end(timeline, event);
}

void timeline_free(struct timeline *timeline)
{
	free(timeline->row);
	memset(timeline, 0, sizeof(*timeline));
}
