#include "vm/event.h"

#include <ctype.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The place of an error: "events[2].seq". */
struct place {
	size_t index;
	struct err *err;
};

static int refuse(const struct place *place, const char *key, const char *what)
{
	char where[64];

	snprintf(where, sizeof(where), "events[%zu]%s%s", place->index, key[0] ? "." : "", key);
	return err_set(place->err, ERR_SERVICE_BODY, where, "%s", what);
}

static int take_integer(const json_t *object, const char *key, int64_t min, int64_t max,
			int64_t *value, const struct place *place)
{
	const json_t *found = json_object_get(object, key);
	char what[120];

	if (json_is_integer(found)) {
		*value = json_integer_value(found);
		if (*value >= min && *value <= max)
			return 0;
	}
	snprintf(what, sizeof(what), "must be an integer from %lld to %lld", (long long)min,
		 (long long)max);
	return refuse(place, key, what);
}

/* Cut between characters: half of one would be no UTF-8, and then no JSON can be made of it. */
static void copy_cut(char *out, size_t size, const char *text)
{
	size_t length = strlen(text);

	if (length >= size)
		for (length = size - 1; length && (text[length] & 0xc0) == 0x80;)
			length--;
	memcpy(out, text, length);
	out[length] = '\0';
}

/* An optional string; the caller's buffer gets "" when it is absent. */
static int take_text(const json_t *object, const char *key, char *out, size_t size,
		     const struct place *place)
{
	const json_t *found = json_object_get(object, key);

	out[0] = '\0';
	if (!found)
		return 0;
	if (!json_is_string(found))
		return refuse(place, key, "must be a string");
	copy_cut(out, size, json_string_value(found));
	return 0;
}

static bool is_step(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789 -");

	return islower((unsigned char)text[0]) && !text[len] && len <= STEP_NAME_MAX;
}

static int take_step(struct event *event, const json_t *object, bool needed,
		     const struct place *place)
{
	const json_t *found = json_object_get(object, "step");
	const char *text = json_string_value(found);

	if ((!found || json_is_null(found)) && !needed)
		return 0;
	if (!text || !is_step(text))
		return refuse(place, "step",
			      "must name a step: 1 to 31 lower-case letters, digits, '-' and ' '");
	memcpy(event->step, text, strlen(text) + 1);
	return 0;
}

static int take_state(struct event *event, const json_t *object, const struct place *place)
{
	const char *text = json_string_value(json_object_get(object, "state"));

	event->input = text ? vm_input_by_state(text) : VM_INPUTS;
	if (event->input == VM_INPUTS)
		return refuse(
			place, "state",
			"must be one of configuring, installed, first boot, complete, cut over, error, planning, rescue, waiting");
	return 0;
}

static int take_error(struct event *event, const json_t *object, const struct place *place)
{
	char code[64], where[256], message[640];

	if (take_text(object, "code", code, sizeof(code), place) < 0 ||
	    take_text(object, "where", where, sizeof(where), place) < 0 ||
	    take_text(object, "message", message, sizeof(message), place) < 0)
		return -1;
	if (code[0] || message[0])
		snprintf(event->error, sizeof(event->error), "%s: %s%s%s", code, where,
			 where[0] ? ": " : "", message);
	event->input = INPUT_ERROR;
	return 0;
}

static int take_begin(struct event *event, const json_t *object, const struct place *place)
{
	(void)object, (void)place;
	event->begins = event->waits = true;
	return 0;
}

static int take_end(struct event *event, const json_t *object, const struct place *place)
{
	(void)place;
	event->passed = json_is_true(json_object_get(object, "ok"));
	return 0;
}

/* A number that only a picture is made of: anything else than a size counts as unknown. */
static int64_t size_or_zero(const json_t *object, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(object, key));

	/* A browser counts exactly up to 2^53. */
	return value > 0 && value <= INT64_C(1) << 53 ? value : 0;
}

static int take_progress(struct event *event, const json_t *object, const struct place *place)
{
	struct progress *progress = &event->progress;

	progress->done = size_or_zero(object, "done");
	progress->total = size_or_zero(object, "total");
	progress->rate = size_or_zero(object, "rate");
	return take_text(object, "item", progress->item, sizeof(progress->item), place);
}

static int take_wait(struct event *event, const json_t *object, const struct place *place)
{
	event->waits = true;
	return take_text(object, "reason", event->waiting, sizeof(event->waiting), place);
}

/* Only what a plan shows to a person is compared later; what an installation plans is told, too. */
static int take_plan(struct event *event, const json_t *object, const struct place *place)
{
	const json_t *disks = json_object_get(object, "shown");

	if (!disks)
		return 0;
	if (!json_is_array(disks))
		return refuse(place, "shown", "must be an array of disks");
	event->shown = json_dumps(disks, JSON_COMPACT);
	return event->shown ? 0
			    : err_set(place->err, ERR_MEMORY, "events", "no memory for an event");
}

static const struct event_type {
	const char *name;
	bool has_step; /* "step" must be there */
	/* What else is read of it; NULL: nothing. */
	int (*take)(struct event *event, const json_t *object, const struct place *place);
} types[] = {
	{"begin", true, take_begin}, {"end", true, take_end},    {"progress", true, take_progress},
	{"note", false, NULL},       {"plan", false, take_plan}, {"error", false, take_error},
	{"wait", false, take_wait},  {"heartbeat", false, NULL}, {"state", false, take_state},
};

static int take_type(const json_t *object, const struct event_type **type,
		     const struct place *place)
{
	const char *name = json_string_value(json_object_get(object, "type"));

	for (size_t i = 0; name && i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(types[i].name, name)) {
			*type = &types[i];
			return 0;
		}
	return refuse(
		place, "type",
		"must be one of begin, end, progress, note, plan, error, wait, heartbeat, state");
}

/* Commands that report beside the boot that the VM's state is of. */
static bool is_beside(const char *step)
{
	static const char *const commands[] = {"sync", "grow"};

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(step, commands[i]))
			return true;
	return false;
}

enum boot_life event_life(const struct event *event)
{
	static const enum boot_life lives[VM_INPUTS] = {
		[INPUT_CONFIGURING] = LIFE_IN_MEMORY, [INPUT_INSTALLED] = LIFE_IN_MEMORY,
		[INPUT_FIRST_BOOT] = LIFE_INSTALLED,  [INPUT_COMPLETE] = LIFE_INSTALLED,
		[INPUT_CUT_OVER] = LIFE_INSTALLED,
	};

	if (event->seq == 1 && event->begins && is_beside(event->step))
		return LIFE_BESIDE;
	/* States that move nothing are those of the in-memory system. */
	if (event->input == INPUT_NONE && !strcmp(event->type, "state"))
		return LIFE_IN_MEMORY;
	return lives[event->input];
}

bool event_is_boot(const char *text)
{
	for (int i = 0; i < BOOT_UUID_TEXT - 1; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return text[BOOT_UUID_TEXT - 1] == '\0';
}

/* All events of a body are of one boot: "taken" in the answer is about that boot. */
static int take_boot(struct event_list *list, const json_t *object, const struct place *place)
{
	const char *text = json_string_value(json_object_get(object, "boot"));

	if (!text || !event_is_boot(text))
		return refuse(place, "boot", "must be a UUID, one for each boot of the agent");
	if (place->index > 0 && strcmp(list->boot, text))
		return refuse(place, "boot",
			      "differs from events[0].boot; send one boot a request");
	memcpy(list->boot, text, BOOT_UUID_TEXT);
	return 0;
}

static int take_body(struct event *event, const json_t *object, const struct place *place)
{
	const bool of_step = !strcmp(event->type, "begin") || !strcmp(event->type, "end");
	const size_t max = of_step ? STEP_EVENT_BYTES_MAX : EVENT_BYTES_MAX;

	event->body = json_dumps(object, JSON_COMPACT);
	if (!event->body)
		return err_set(place->err, ERR_MEMORY, "events", "no memory for an event");
	if (strlen(event->body) > max) {
		char what[80];

		snprintf(what, sizeof(what), "has %zu bytes; at most %zu are accepted",
			 strlen(event->body), max);
		return refuse(place, "", what);
	}
	return 0;
}

static int parse_event(struct event_list *list, const json_t *object, const struct place *place)
{
	struct event *event = &list->item[place->index];
	const struct event_type *type = NULL;

	if (!json_is_object(object))
		return refuse(place, "", "must be an object");
	if (take_boot(list, object, place) < 0 ||
	    take_integer(object, "seq", 1, EVENT_SEQ_MAX, &event->seq, place) < 0 ||
	    take_integer(object, "ms", 0, EVENT_MS_MAX, &event->ms, place) < 0 ||
	    take_type(object, &type, place) < 0 ||
	    take_step(event, object, type->has_step, place) < 0)
		return -1;
	event->type = type->name;
	if (type->take && type->take(event, object, place) < 0)
		return -1;
	return take_body(event, object, place);
}

static int parse_array(struct event_list *list, const json_t *root, struct err *err)
{
	size_t count = json_array_size(root);

	if (!json_is_array(root) || count == 0 || count > EVENTS_PER_BODY_MAX)
		return err_set(err, ERR_SERVICE_BODY, "events",
			       "must be an array of 1 to %d events", EVENTS_PER_BODY_MAX);
	list->item = calloc(count, sizeof(*list->item));
	if (!list->item)
		return err_set(err, ERR_MEMORY, "events", "no memory for %zu events", count);
	for (size_t i = 0; i < count; i++) {
		const struct place place = {i, err};

		list->count = i + 1;
		if (parse_event(list, json_array_get(root, i), &place) < 0)
			return -1;
	}
	return 0;
}

int events_parse(struct event_list *list, const char *body, size_t size, struct err *err)
{
	json_error_t error;
	json_t *root = json_loadb(body ? body : "", size, JSON_REJECT_DUPLICATES, &error);
	int ret;

	memset(list, 0, sizeof(*list));
	if (!root) {
		char where[64];

		snprintf(where, sizeof(where), "line %d column %d", error.line, error.column);
		return err_set(err, ERR_SERVICE_BODY, where, "is not JSON: %s", error.text);
	}
	ret = parse_array(list, root, err);
	json_decref(root);
	return ret;
}

void events_free(struct event_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->item[i].body);
		free(list->item[i].shown);
	}
	free(list->item);
	memset(list, 0, sizeof(*list));
}
