#include "migration/compile.h"

#include <stdio.h>
#include <string.h>

#include "migration/forms.h"
#include "util/limits.h"

/* RFC 3986: what needs no escape in a path. */
#define PLAIN ALNUM "-._~/"

static void append_path(char *url, size_t room, const char *path)
{
	size_t used = strlen(url);

	for (; *path && used + 4 < room; path++)
		if (strchr(PLAIN, *path))
			used += (size_t)snprintf(url + used, room - used, "%c", *path);
		else
			used += (size_t)snprintf(url + used, room - used, "%%%02X",
						 (unsigned char)*path);
}

static void expand(struct compile *c, const struct migration_vm *vm, json_t *object,
		   const char *path)
{
	const char *source = json_string_value(json_object_get(object, "url"));
	char url[512 + 3 * ARCHIVE_PATH_MAX];

	if (!source || strncmp(source, SOURCE_SCHEME, strlen(SOURCE_SCHEME)))
		return;
	if (!form_source.fits(source)) {
		const struct value v = {
			.json = json_object_get(object, "url"),
			.path = compile_place(c, vm, path_to(&c->r, path, "url")),
		};

		refuse_value(&c->r, &v, form_source.accepted);
		return;
	}
	snprintf(url, sizeof(url), "%s/v1/archives/", c->url);
	append_path(url, sizeof(url), source + strlen(SOURCE_SCHEME));
	compile_set(c, object, "url", json_string(url));
}

static void walk(struct compile *c, const struct migration_vm *vm, json_t *value, const char *path)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_object(value))
		expand(c, vm, value, path);
	json_object_foreach(value, key, member)
	{
		walk(c, vm, member, path_to(&c->r, path, key));
	}
	json_array_foreach(value, i, member)
	{
		if (!json_is_string(member))
			walk(c, vm, member, arena_printf(c->r.arena, "%s/%zu", path, i));
	}
}

void compile_sources(struct compile *c, struct migration_vm *vm)
{
	walk(c, vm, vm->job, "");
}
