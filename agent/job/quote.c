#include "job/quote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUOTE_MAX 80 /* one line of a console: enough to recognise the value */

static const char *cut(struct arena *arena, const char *text)
{
	return strlen(text) <= QUOTE_MAX ? arena_strdup(arena, text)
					 : arena_printf(arena, "%.*s...", QUOTE_MAX, text);
}

/* "https://name:password@host" loses what is before the @. */
static const char *hide_userinfo(struct arena *arena, const char *text)
{
	const char *authority = strstr(text, "://");
	size_t at;

	if (!authority)
		return text;
	authority += strlen("://");
	for (at = strcspn(authority, "/?#"); at > 0 && authority[at] != '@'; at--)
		;
	if (at == 0)
		return text;
	return arena_printf(arena, "%.*s***%s", (int)(authority - text), text, authority + at);
}

const char *quote(struct arena *arena, const json_t *value)
{
	const char *result;
	char *text;

	if (json_is_object(value))
		return "an object";
	if (json_is_array(value))
		return "a list";
	text = json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
	result = text ? cut(arena, hide_userinfo(arena, text)) : "the value";
	free(text);
	return result;
}

const char *quote_key(struct arena *arena, const char *key)
{
	char out[QUOTE_MAX + sizeof("~1...")];
	size_t used = 0;

	for (; *key && used < QUOTE_MAX; key++) {
		if (*key == '~' || *key == '/')
			out[used++] = '~';
		if (*key == '~' || *key == '/')
			out[used++] = *key == '~' ? '0' : '1';
		else
			out[used++] = *key > ' ' && *key < 0x7f ? *key : '?';
	}
	snprintf(out + used, sizeof(out) - used, "%s", *key ? "..." : "");
	return arena_strdup(arena, out);
}
