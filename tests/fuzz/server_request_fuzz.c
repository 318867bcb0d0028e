/*
 * What the service reads of a request by itself: its path, numbers and ids of its query, its small body. The first
 * byte says which; the rest is the text.
 */
#include <stdlib.h>
#include <string.h>

#include "http/body.h"
#include "http/pattern.h"
#include "http/query.h"
#include "http/unescape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
	const char *method, *path;
} routes[] = {
#define ROUTE(method, path, admit, body_max, serve) {#method, path},
#include "http/routes.def"
#undef ROUTE
};

#define ROUTES (sizeof(routes) / sizeof(routes[0]))

/* A path is one route's at most for each method, and what is taken out of it lies within it. */
static void find_route(char *path)
{
	const char *method[2] = {NULL, NULL};
	size_t found = 0;

	unescape(path);
	for (size_t i = 0; i < ROUTES; i++) {
		struct pattern_match match;

		if (!pattern_match(routes[i].path, path, &match))
			continue;
		if (found == 2 || (found && !strcmp(method[0], routes[i].method)))
			abort();
		method[found++] = routes[i].method;
		if (match.name && (match.name < path || !match.name_size ||
				   match.name + match.name_size > path + strlen(path) ||
				   memchr(match.name, '/', match.name_size)))
			abort();
		if (*match.rest && (match.rest < path || match.rest > path + strlen(path)))
			abort();
	}
}

static void read_query(const char *text)
{
	char boot[BOOT_UUID_TEXT];
	int64_t value = 5;

	if (query_number(text, 1, 1000, &value) && (value < 1 || value > 1000))
		abort();
	if (query_event_id(text, boot, &value) &&
	    (strlen(boot) != BOOT_UUID_TEXT - 1 || value < 0 || value > EVENT_SEQ_MAX))
		abort();
}

static void read_body(const char *text, size_t size)
{
	char name[8], note[64];
	const struct body_key keys[] = {{"name", name, sizeof(name), true},
					{"note", note, sizeof(note), false}};
	struct err err = ERR_INIT;

	if (body_parse(text, size, keys, 2, &err) < 0) {
		if (err.code != ERR_SERVICE_BODY)
			abort();
	} else if (!name[0] || strlen(name) >= sizeof(name) || strlen(note) >= sizeof(note)) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size)
		return 0;
	text = strndup((const char *)data + 1, size - 1);
	if (!text)
		abort();
	if (data[0] % 3 == 0)
		find_route(text);
	else if (data[0] % 3 == 1)
		read_query(text);
	else
		read_body((const char *)data + 1, size - 1);
	free(text);
	return 0;
}
