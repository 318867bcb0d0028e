#include "job/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "job/quote.h"
#include "job/suggest.h"

void reader_refuse(struct reader *r, enum err_code code, const char *path, const char *fmt, ...)
{
	struct err err;
	char msg[sizeof(err.msg)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	err_set(&err, code, path, "%s", msg);
	err_list_add(r->errors, &err);
}

static void refuse_as(struct reader *r, enum err_code code, const struct value *v,
		      const char *accepted)
{
	const char *value = v->field && v->field->quiet ? "the value" : quote(r->arena, v->json);

	reader_refuse(r, code, v->path, "%s is refused; accepted is %s", value, accepted);
}

void refuse_type(struct reader *r, const struct value *v, const char *accepted)
{
	refuse_as(r, ERR_JOB_TYPE, v, accepted);
}

void refuse_value(struct reader *r, const struct value *v, const char *accepted)
{
	refuse_as(r, ERR_JOB_VALUE, v, accepted);
}

const char *path_to(struct reader *r, const char *base, const char *key)
{
	return arena_printf(r->arena, "%s/%s", base, quote_key(r->arena, key));
}

bool refused_below(const struct reader *r, const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < r->errors->count; i++) {
		const char *where = r->errors->item[i].where;

		if (!strncmp(where, path, len) && (where[len] == '/' || !where[len]))
			return true;
	}
	return r->errors->dropped > 0;
}

bool refused_enough(const struct reader *r)
{
	return r->errors->count >= ERR_LIST_MAX;
}

static const char *list_of_keys(struct reader *r, const struct object *object)
{
	const char *keys = object->fields[0].key;

	for (size_t i = 1; i < object->field_count; i++)
		keys = arena_printf(r->arena, "%s, %s", keys, object->fields[i].key);
	return keys;
}

static void refuse_unknown_key(struct reader *r, const struct object *object, const char *path,
			       const char *key)
{
	const char *nearest = suggest_key(object, key);
	const char *quoted = quote_key(r->arena, key);

	if (refused_enough(r))
		reader_refuse(r, ERR_JOB_UNKNOWN_KEY, path, "and another key");
	else if (nearest)
		reader_refuse(r, ERR_JOB_UNKNOWN_KEY, path_to(r, path, key),
			      "%s has no key \"%s\"; did you mean \"%s\"?", object->what, quoted,
			      nearest);
	else
		reader_refuse(r, ERR_JOB_UNKNOWN_KEY, path_to(r, path, key),
			      "%s has no key \"%s\"; accepted are %s", object->what, quoted,
			      list_of_keys(r, object));
}

static bool has_key(const struct object *object, const char *key)
{
	for (size_t i = 0; i < object->field_count; i++)
		if (!strcmp(object->fields[i].key, key))
			return true;
	return false;
}

static void read_fallback(struct reader *r, const struct value *absent, void *to)
{
	json_t *json = json_loads(absent->field->fallback, JSON_DECODE_ANY, NULL);
	struct value v = {.json = json, .path = absent->path, .field = absent->field};

	if (json)
		v.field->read(r, &v, to);
	else
		reader_refuse(r, ERR_INTERNAL, v.path, "the default of this key is not JSON: %s",
			      v.field->fallback);
	json_decref(json);
}

static void read_field(struct reader *r, const struct object *object, const struct field *field,
		       const struct value *in, void *to)
{
	struct value v = {
		.json = json_object_get(in->json, field->key),
		.path = path_to(r, in->path, field->key),
		.field = field,
	};
	/* A list sets two members, and finds them from the start of the struct. */
	void *member = field->count_offset ? to : (char *)to + field->offset;

	if (v.json)
		field->read(r, &v, member);
	else if (field->required)
		reader_refuse(r, ERR_JOB_MISSING_KEY, v.path, "%s needs the key \"%s\"",
			      object->what, field->key);
	else if (field->fallback)
		read_fallback(r, &v, member);
}

void read_object_of(struct reader *r, const struct object *object, const struct value *v, void *to)
{
	const char *key;
	json_t *member;

	if (!json_is_object(v->json)) {
		refuse_type(r, v, arena_printf(r->arena, "an object: %s", object->what));
		return;
	}
	if (object->path_offset != NO_PATH)
		memcpy((char *)to + object->path_offset, &v->path, sizeof(v->path));
	if (object->init)
		object->init(to);
	/* jansson iterates over a const object only by a cast; nothing is changed. */
	json_object_foreach((json_t *)v->json, key, member) if (!has_key(object, key))
		refuse_unknown_key(r, object, v->path, key);
	for (size_t i = 0; i < object->field_count; i++)
		read_field(r, object, &object->fields[i], v, to);
	if (object->check)
		object->check(r, v, to);
}

void read_object(struct reader *r, const struct value *v, void *to)
{
	read_object_of(r, v->field->object, v, to);
}

void read_list(struct reader *r, const struct object *object, const struct value *v, void **items,
	       size_t *count)
{
	size_t n = json_array_size(v->json);
	size_t most = v->field->max ? (size_t)v->field->max : JOB_LIST_MAX;
	char *item;

	if (!json_is_array(v->json)) {
		refuse_type(r, v, arena_printf(r->arena, "a list, each item %s", object->what));
		return;
	}
	if (n > most) {
		reader_refuse(r, ERR_JOB_LIMIT, v->path,
			      "%zu items are refused; accepted are at most %zu", n, most);
		return;
	}
	item = arena_array(r->arena, n ? n : 1, object->size);
	*items = item;
	*count = n;
	for (size_t i = 0; i < n; i++, item += object->size) {
		struct value element = {
			.json = json_array_get(v->json, i),
			.path = arena_printf(r->arena, "%s/%zu", v->path, i),
		};
		read_object_of(r, object, &element, item);
	}
}

void read_objects(struct reader *r, const struct value *v, void *to)
{
	void *items = NULL;
	size_t count = 0;

	read_list(r, v->field->object, v, &items, &count);
	memcpy((char *)to + v->field->offset, &items, sizeof(items));
	memcpy((char *)to + v->field->count_offset, &count, sizeof(count));
}
