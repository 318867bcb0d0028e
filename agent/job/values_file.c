#include <stdlib.h>
#include <string.h>

#include "job/base64.h"
#include "job/form.h"
#include "job/job.h"
#include "job/values.h"

static unsigned hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";

	/* | 0x20: capital letters become small ones, digits stay. */
	return (unsigned)(strchr(digits, c | 0x20) - digits);
}

void read_sha256(struct reader *r, const struct value *v, void *to)
{
	static const char accepted[] =
		"a string of 64 hex digits as sha256sum prints them, or \"none\" to go unchecked";
	struct job_source *source = to;
	const char *text = json_string_value(v->json);

	if (!text) {
		refuse_type(r, v, accepted);
		return;
	}
	if (!strcmp(text, "none"))
		return;
	if (strlen(text) != 64 || !made_of(text, HEX_DIGITS, 64)) {
		refuse_value(r, v, accepted);
		return;
	}
	for (size_t i = 0; i < sizeof(source->sha256); i++)
		source->sha256[i] =
			(uint8_t)(hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]));
	source->has_sha256 = true;
}

void read_content(struct reader *r, const struct value *v, void *to)
{
	struct job_file *file = to;

	if (!json_is_string(v->json)) {
		refuse_type(r, v, "a string: the file's text");
		return;
	}
	file->content = arena_strdup(r->arena, json_string_value(v->json));
	file->size = json_string_length(v->json);
}

void read_base64(struct reader *r, const struct value *v, void *to)
{
	static const char accepted[] =
		"a string of base64 without blanks and line ends (`base64 -w0`)";
	struct job_file *file = to;
	unsigned char *bytes;
	char *content;

	if (!json_is_string(v->json)) {
		refuse_type(r, v, accepted);
		return;
	}
	bytes = base64_decode(json_string_value(v->json), json_string_length(v->json), &file->size);
	if (!bytes) {
		refuse_value(r, v, accepted);
		return;
	}
	content = arena_alloc(r->arena, file->size + 1);
	memcpy(content, bytes, file->size);
	file->content = content;
	free(bytes);
}

void read_mode(struct reader *r, const struct value *v, void *to)
{
	static const char accepted[] =
		"a string of 3 or 4 octal digits, such as \"0644\" or \"4755\"";
	const char *text = json_string_value(v->json);

	if (!text)
		refuse_type(r, v, accepted);
	else if (strlen(text) < 3 || !made_of(text, "01234567", 4))
		refuse_value(r, v, accepted);
	else
		*(mode_t *)to = (mode_t)strtoul(text, NULL, 8);
}

void read_others(struct reader *r, const struct value *v, void *to)
{
	struct job_disks *disks = to;
	void *items = NULL;

	if (json_is_string(v->json)) {
		disks->all_others = !strcmp(json_string_value(v->json), "all");
		if (!disks->all_others)
			refuse_value(r, v, "\"all\", or a list of disks");
		return;
	}
	if (!json_is_array(v->json)) {
		refuse_type(r, v, "\"all\", or a list of disks");
		return;
	}
	read_list(r, v->field->object, v, &items, &disks->other_count);
	disks->others = items;
}
