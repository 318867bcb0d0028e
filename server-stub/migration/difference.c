#include "migration/difference.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "job/quote.h"

struct walk {
	struct arena *arena;
	const struct change *first, **end;
};

#define LIST_MAX 80 /* one line of a terminal */

/* A short list of texts as it is; for anything else the job's own way to quote. */
static const char *list_text(struct walk *w, const json_t *list)
{
	const json_t *item;
	const char *kept;
	char *text;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (!json_is_string(item))
			return quote(w->arena, list);
	}
	text = json_dumps(list, JSON_ENSURE_ASCII);
	kept = text && strlen(text) <= LIST_MAX ? arena_strdup(w->arena, text)
						: quote(w->arena, list);
	free(text);
	return kept;
}

static bool ends_in(const char *path, const char *end)
{
	const size_t length = strlen(path), size = strlen(end);

	return length >= size && !strcmp(path + length - size, end);
}

/* The contents of files may be secrets, as passwords and private keys are: only that they differ is told. */
static const char *shown(struct walk *w, const char *path, const json_t *value)
{
	if (!value)
		return NULL;
	if (strstr(path, "/content") || strstr(path, "/password") || ends_in(path, "/ssh/key"))
		return "...";
	return json_is_array(value) ? list_text(w, value) : quote(w->arena, value);
}

static void add(struct walk *w, const char *path, const json_t *old, const json_t *now)
{
	struct change *change = arena_alloc(w->arena, sizeof(*change));

	change->path = path;
	change->old = shown(w, path, old);
	change->now = shown(w, path, now);
	*w->end = change;
	w->end = &change->next;
}

static void compare(struct walk *w, const char *path, const json_t *old, const json_t *now);

/* jansson iterates over a const object only by a cast; nothing is changed. */
static void compare_objects(struct walk *w, const char *path, const json_t *old, const json_t *now)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)old, key, value)
	{
		compare(w, arena_printf(w->arena, "%s/%s", path, quote_key(w->arena, key)), value,
			json_object_get(now, key));
	}
	json_object_foreach((json_t *)now, key, value)
	{
		if (!json_object_get(old, key))
			add(w, arena_printf(w->arena, "%s/%s", path, quote_key(w->arena, key)),
			    NULL, value);
	}
}

static void compare_lists(struct walk *w, const char *path, const json_t *old, const json_t *now)
{
	const size_t before = json_array_size(old), after = json_array_size(now);

	for (size_t i = 0; i < before || i < after; i++)
		compare(w, arena_printf(w->arena, "%s/%zu", path, i), json_array_get(old, i),
			json_array_get(now, i));
}

static void compare(struct walk *w, const char *path, const json_t *old, const json_t *now)
{
	if (json_is_object(old) && json_is_object(now))
		compare_objects(w, path, old, now);
	else if (json_is_array(old) && json_is_array(now))
		compare_lists(w, path, old, now);
	else if (!old || !now || !json_equal(old, now))
		add(w, path, old, now);
}

const struct change *difference(struct arena *arena, const json_t *old, const json_t *now)
{
	struct walk w = {.arena = arena};

	w.end = &w.first;
	compare(&w, "", old, now);
	return w.first;
}
