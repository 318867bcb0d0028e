#include "job/values.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "job/base64.h"
#include "job/form.h"
#include "job/job.h"
#include "job/size.h"

/* The text of a string; NULL after refusing anything else. */
static const char *text_of(struct reader *r, const struct value *v, const char *accepted)
{
	if (json_is_string(v->json))
		return json_string_value(v->json);
	refuse_type(r, v, arena_printf(r->arena, "a string: %s", accepted));
	return NULL;
}

static const char *fitting_text(struct reader *r, const struct value *v)
{
	const struct form *form = v->field->form;
	const char *text = text_of(r, v, form->accepted);

	if (text && !form->fits(text)) {
		refuse_value(r, v, form->accepted);
		return NULL;
	}
	return text;
}

void read_text(struct reader *r, const struct value *v, void *to)
{
	const char *text = fitting_text(r, v);

	if (text)
		*(const char **)to = arena_strdup(r->arena, text);
}

void read_unused(struct reader *r, const struct value *v, void *to)
{
	(void)to;
	fitting_text(r, v);
}

void read_texts(struct reader *r, const struct value *v, void *to)
{
	struct strings *strings = to;
	size_t n = json_array_size(v->json);
	size_t most = v->field->max ? (size_t)v->field->max : JOB_LIST_MAX;

	if (!json_is_array(v->json)) {
		refuse_type(r, v,
			    arena_printf(r->arena, "a list of strings, each %s",
					 v->field->form->accepted));
		return;
	}
	if (n > most) {
		reader_refuse(r, ERR_JOB_LIMIT, v->path,
			      "%zu items are refused; accepted are at most %zu", n, most);
		return;
	}
	strings->item = arena_array(r->arena, n + 1, sizeof(*strings->item));
	for (size_t i = 0; i < n; i++) {
		struct value item = {
			.json = json_array_get(v->json, i),
			.path = arena_printf(r->arena, "%s/%zu", v->path, i),
			.field = v->field,
		};
		const char *text = fitting_text(r, &item);

		if (text)
			strings->item[strings->count++] = arena_strdup(r->arena, text);
	}
}

void read_mac(struct reader *r, const struct value *v, void *to)
{
	const char *text = fitting_text(r, v);
	char *mac;

	if (!text)
		return;
	mac = arena_strdup(r->arena, text);
	for (char *c = mac; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	*(const char **)to = mac;
}

void read_bool(struct reader *r, const struct value *v, void *to)
{
	if (json_is_boolean(v->json))
		*(bool *)to = json_is_true(v->json);
	else
		refuse_type(r, v, "true or false");
}

/* False: it is refused. */
static bool number_of(struct reader *r, const struct value *v, json_int_t *number)
{
	const struct field *f = v->field;
	const char *accepted = arena_printf(r->arena, "a whole number from %" PRId64 " to %" PRId64,
					    f->min, f->max);

	*number = json_integer_value(v->json);
	if (!json_is_integer(v->json))
		refuse_type(r, v, accepted);
	else if (*number < f->min || *number > f->max)
		refuse_value(r, v, accepted);
	else
		return true;
	return false;
}

void read_whole(struct reader *r, const struct value *v, void *to)
{
	json_int_t number;
	int32_t stored;

	if (!number_of(r, v, &number))
		return;
	stored = (int32_t)number;
	memcpy(to, &stored, sizeof(stored));
}

void read_offset(struct reader *r, const struct value *v, void *to)
{
	json_int_t number;

	if (number_of(r, v, &number))
		*(uint64_t *)to = (uint64_t)number;
}

static const char *list_of_names(struct reader *r, const struct field *f)
{
	const char *list = arena_printf(r->arena, "\"%s\"", f->names[f->min]);

	for (int64_t i = f->min + 1; i <= f->max; i++)
		list = arena_printf(r->arena, "%s%s\"%s\"", list, i < f->max ? ", " : " or ",
				    f->names[i]);
	return list;
}

void read_enum(struct reader *r, const struct value *v, void *to)
{
	const struct field *f = v->field;
	const char *accepted = list_of_names(r, f);
	const char *text = text_of(r, v, accepted);

	if (!text)
		return;
	for (int64_t i = f->min; i <= f->max; i++) {
		unsigned number = (unsigned)i; /* GCC's and clang's type of our enums */

		if (!strcmp(text, f->names[i])) {
			memcpy(to, &number, sizeof(number));
			return;
		}
	}
	refuse_value(r, v, accepted);
}

void read_bytes(struct reader *r, const struct value *v, void *to)
{
	const struct field *f = v->field;
	char least[32];
	const char *accepted =
		"a size with a unit (KiB, MiB, GiB, TiB, MB, GB and so on), such as \"8GiB\"";
	const char *text;
	uint64_t bytes;

	if (f->min > 1)
		accepted = arena_printf(r->arena, "%s, of at least %s", accepted,
					size_text((uint64_t)f->min, least));
	text = text_of(r, v, accepted);
	if (!text)
		return;
	if (!size_parse_bytes(text, &bytes) || bytes < (uint64_t)f->min || bytes == 0)
		refuse_value(r, v, accepted);
	else
		*(uint64_t *)to = bytes;
}

static bool is_nothing(const struct job_size *size)
{
	return size->kind != SIZE_REST && size->bytes == 0 && size->hundredths == 0;
}

void read_size(struct reader *r, const struct value *v, void *to)
{
	static const char accepted[] =
		"a size above 0 with a unit, such as \"8GiB\" or \"512MiB\", a percentage such as \"5%\", or \"rest\"";
	const char *text = text_of(r, v, accepted);
	struct job_size size;

	if (!text)
		return;
	if (!size_parse(text, &size) || is_nothing(&size))
		refuse_value(r, v, accepted);
	else
		*(struct job_size *)to = size;
}

void read_share(struct reader *r, const struct value *v, void *to)
{
	static const char accepted[] =
		"a size above 0 with a unit, such as \"2GiB\", or a percentage of the volume, such as \"20%\"";
	const char *text = text_of(r, v, accepted);
	struct job_size size;

	if (!text)
		return;
	if (!size_parse(text, &size) || size.kind == SIZE_REST || is_nothing(&size))
		refuse_value(r, v, accepted);
	else
		*(struct job_size *)to = size;
}

void read_reserve(struct reader *r, const struct value *v, void *to)
{
	static const char accepted[] =
		"a size with a unit, such as \"2GiB\", or a percentage, such as \"5%\" or \"0%\"";
	const char *text = text_of(r, v, accepted);
	struct job_size size;

	if (!text)
		return;
	if (!size_parse(text, &size) || size.kind == SIZE_REST)
		refuse_value(r, v, accepted);
	else
		*(struct job_size *)to = size;
}

void read_seconds(struct reader *r, const struct value *v, void *to)
{
	const char *accepted = arena_printf(
		r->arena, "a time such as \"3s\" or \"1min\", at most %" PRId64 "s", v->field->max);
	const char *text = text_of(r, v, accepted);
	uint32_t seconds;

	if (!text)
		return;
	if (!size_parse_seconds(text, &seconds) || seconds > v->field->max)
		refuse_value(r, v, accepted);
	else
		*(uint32_t *)to = seconds;
}

void read_version(struct reader *r, const struct value *v, void *to)
{
	static const char accepted[] = "1, the only version of the job format there is";

	(void)to;
	if (!json_is_integer(v->json))
		refuse_type(r, v, accepted);
	else if (json_integer_value(v->json) != 1)
		refuse_value(r, v, accepted);
}
