#include "migration/compile.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

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

static int find_sum(const struct compile *c, const char *archive, bool compute, char sha256[65],
		    struct err *err)
{
	return c->sums ? c->sums->find(c->sums->arg, archive, compute, sha256, err) : 0;
}

/* Once, however many VMs have it. */
static void refuse_sum(struct compile *c, const char *place, enum err_code code, const char *msg)
{
	for (size_t i = 0; i < c->r.errors->count; i++)
		if (!strcmp(c->r.errors->item[i].msg, msg))
			return;
	reader_refuse(&c->r, code, place, "%s", msg);
}

static void refuse_file(struct compile *c, const char *place, const char *archive,
			const struct err *err)
{
	refuse_sum(c, place, err->code,
		   arena_printf(c->r.arena, "the sum of archives/%s can't be had: %s", archive,
				err->msg));
}

static void take_sum(struct compile *c, json_t *object, const char *archive, const char *place)
{
	struct err err = ERR_INIT;
	char sha256[65];
	int found = find_sum(c, archive, true, sha256, &err);

	if (found < 0)
		refuse_file(c, place, archive, &err);
	else if (!found)
		refuse_sum(
			c, place, ERR_JOB_MISSING_KEY,
			arena_printf(c->r.arena,
				     "it is left out, and archives/%s isn't there to take it from; "
				     "accepted are 64 hex digits, \"none\", "
				     "and to import again when the file is there",
				     archive));
	/* What was refused here, the job's parser need not refuse again. */
	compile_set(c, object, "sha256", json_string(found > 0 ? sha256 : "none"));
}

/* As far as the sum of the file is known: none is computed for that. */
static void compare_sum(struct compile *c, const char *told, const char *archive, const char *place)
{
	struct err err = ERR_INIT;
	char sha256[65];
	int found = find_sum(c, archive, false, sha256, &err);

	if (found < 0)
		refuse_file(c, place, archive, &err);
	else if (found > 0 && strcasecmp(told, sha256) != 0)
		refuse_sum(
			c, place, ERR_JOB_VALUE,
			arena_printf(
				c->r.arena,
				"\"%.12s…\" is refused: archives/%s has %s; accepted is that one, or to leave it out",
				told, archive, sha256));
}

static void check_sum(struct compile *c, const struct migration_vm *vm, json_t *object,
		      const char *archive, const char *path)
{
	const char *place = compile_place(c, vm, path_to(&c->r, path, "sha256"));
	const json_t *told = json_object_get(object, "sha256");

	if (!told)
		take_sum(c, object, archive, place);
	else if (json_is_string(told) && strcmp(json_string_value(told), "none") != 0)
		compare_sum(c, json_string_value(told), archive, place);
}

static void expand(struct compile *c, const struct migration_vm *vm, json_t *object,
		   const char *path)
{
	const char *source = json_string_value(json_object_get(object, "url"));
	char url[512 + 3 * ARCHIVE_PATH_MAX];

	if (!is_own_archive(source))
		return;
	if (!form_source.fits(source)) {
		const struct value v = {
			.json = json_object_get(object, "url"),
			.path = compile_place(c, vm, path_to(&c->r, path, "url")),
		};

		refuse_value(&c->r, &v, form_source.accepted);
		return;
	}
	check_sum(c, vm, object, source + strlen(SOURCE_SCHEME), path);
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
