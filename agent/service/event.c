#include "service/event.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "service/text.h"

json_t *event_new(const char *type, const char *step)
{
	json_t *event = json_object();
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	json_object_set_new(event, "ms",
			    json_integer((json_int_t)now.tv_sec * 1000 + now.tv_nsec / 1000000));
	json_object_set_new(event, "type", json_string(type));
	if (step)
		event_set_text(event, "step", step);
	return event;
}

static json_t *clean_string(const char *text, size_t size)
{
	char *clean = malloc(size);
	json_t *string = clean ? json_string(text_clean(clean, size, text)) : NULL;

	free(clean);
	return string;
}

void event_set_text(json_t *event, const char *key, const char *text)
{
	json_object_set_new(event, key, clean_string(text, EVENT_TEXT_MAX));
}

void event_set_number(json_t *event, const char *key, uint64_t number)
{
	json_object_set_new(event, key, json_integer((json_int_t)number));
}

void event_set_lines(json_t *event, const char *key, const char *const *lines, size_t count)
{
	json_t *array = json_array();
	size_t first = count > EVENT_LINES_MAX ? count - EVENT_LINES_MAX : 0;

	for (size_t i = first; i < count; i++)
		json_array_append_new(array, clean_string(lines[i], CHILD_TAIL_LINE_MAX + 1));
	json_object_set_new(event, key, array);
}

enum event_rank event_rank(const json_t *event)
{
	static const struct {
		const char *type;
		enum event_rank rank;
	} table[] = {
		{"progress", EVENT_PASSING},
		{"heartbeat", EVENT_PASSING},
		{"note", EVENT_TALK},
		{"plan", EVENT_TALK},
	};
	const char *type = json_string_value(json_object_get(event, "type"));

	for (size_t i = 0; type && i < sizeof(table) / sizeof(*table); i++)
		if (!strcmp(table[i].type, type))
			return table[i].rank;
	return EVENT_KEPT;
}

char *event_dump(const json_t *event, size_t *size)
{
	char *text = event ? json_dumps(event, JSON_COMPACT) : NULL;

	*size = text ? strlen(text) : 0;
	if (*size <= EVENT_BYTES_MAX)
		return text;
	free(text);
	return NULL;
}
