#include "job/syntax.h"

#include <string.h>

#include "base/limits.h"
#include "job/quote.h"

struct cursor {
	struct reader *r;
	const char *start, *at;
};

static const char *position(struct reader *r, const char *start, const char *at)
{
	size_t line = 1, column = 1;

	for (; start < at; start++) {
		column = *start == '\n' ? 1 : column + 1;
		line += *start == '\n';
	}
	return arena_printf(r->arena, "line %zu, column %zu", line, column);
}

/* Behind the string that starts at `at`; the text is NUL-terminated, so a cut one ends there. */
static const char *end_of_string(const char *at)
{
	for (at++; *at && *at != '"'; at++)
		if (*at == '\\' && at[1])
			at++;
	return *at ? at + 1 : at;
}

/* jansson recurses once a level: the depth is capped before it starts. */
static int check_depth(struct reader *r, const char *text)
{
	int depth = 0;

	for (const char *at = text; *at;) {
		if (*at == '"') {
			at = end_of_string(at);
			continue;
		}
		depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
		if (depth > JOB_DEPTH_MAX) {
			reader_refuse(r, ERR_JOB_LIMIT, position(r, text, at),
				      "values nested deeper than %d are refused", JOB_DEPTH_MAX);
			return -1;
		}
		at++;
	}
	return 0;
}

static void skip_blanks(struct cursor *c)
{
	c->at += strspn(c->at, " \t\r\n");
}

/* Where the cursor is, outermost last; made a path only for errors. */
struct place {
	const struct place *above; /* NULL: the whole text */
	const char *key;           /* NULL: item `index` of a list */
	size_t index;
};

static const char *path_of(struct reader *r, const struct place *place)
{
	const char *base;

	if (!place->above)
		return "";
	base = path_of(r, place->above);
	return place->key ? path_to(r, base, place->key)
			  : arena_printf(r->arena, "%s/%zu", base, place->index);
}

static void find_repeated(struct cursor *c, const struct place *place);

static void note_key(struct cursor *c, const struct place *place, json_t *seen, const char *at)
{
	if (!json_object_get(seen, place->key))
		json_object_set_new(seen, place->key, json_true());
	else if (refused_enough(c->r))
		reader_refuse(c->r, ERR_JOB_DUPLICATE, "", "and another key");
	else
		reader_refuse(
			c->r, ERR_JOB_DUPLICATE, path_of(c->r, place),
			"the key \"%s\" occurs again at %s; every key of an object may occur once",
			quote_key(c->r->arena, place->key), position(c->r, c->start, at));
}

/* The text is known to be good JSON here. */
static void find_in_object(struct cursor *c, const struct place *place)
{
	json_t *seen = json_object();

	for (c->at++, skip_blanks(c); *c->at == '"'; skip_blanks(c)) {
		const char *start = c->at;
		struct place below = {.above = place};
		json_t *key;

		c->at = end_of_string(start);
		key = json_loadb(start, (size_t)(c->at - start), JSON_DECODE_ANY, NULL);
		below.key = key ? json_string_value(key) : "";
		note_key(c, &below, seen, start);
		skip_blanks(c);
		c->at++;
		find_repeated(c, &below);
		json_decref(key);
		skip_blanks(c);
		c->at += *c->at == ',';
	}
	c->at++;
	json_decref(seen);
}

static void find_in_array(struct cursor *c, const struct place *place)
{
	struct place below = {.above = place};

	for (c->at++, skip_blanks(c); *c->at != ']'; skip_blanks(c)) {
		find_repeated(c, &below);
		below.index++;
		skip_blanks(c);
		c->at += *c->at == ',';
	}
	c->at++;
}

static void find_repeated(struct cursor *c, const struct place *place)
{
	skip_blanks(c);
	if (*c->at == '{')
		find_in_object(c, place);
	else if (*c->at == '[')
		find_in_array(c, place);
	else if (*c->at == '"')
		c->at = end_of_string(c->at);
	else
		c->at += strcspn(c->at, ",]} \t\r\n");
}

static void refuse_syntax(struct reader *r, const json_error_t *error)
{
	const char *where =
		arena_printf(r->arena, "line %d, column %d", error->line, error->column);
	json_t *text = json_string(error->text);

	if (json_error_code(error) == json_error_null_character)
		reader_refuse(
			r, ERR_JOB_SYNTAX, where,
			"\\u0000 is refused in strings; a file with NUL bytes is written as content_base64");
	else
		reader_refuse(r, ERR_JOB_SYNTAX, where, "not valid JSON: %s",
			      text ? quote(r->arena, text) : "a broken string");
	json_decref(text);
}

json_t *syntax_parse(struct reader *r, const char *what, size_t most, const char *text, size_t size)
{
	struct cursor cursor = {.r = r, .start = text, .at = text};
	const struct place whole = {0};
	json_error_t error;
	json_t *json;

	if (size > most) {
		reader_refuse(r, ERR_JOB_LIMIT, "", "%s of more than %zu bytes is refused", what,
			      most);
		return NULL;
	}
	if (check_depth(r, text))
		return NULL;
	json = json_loadb(text, size, 0, &error);
	if (json)
		find_repeated(&cursor, &whole);
	else
		refuse_syntax(r, &error);
	return json;
}
