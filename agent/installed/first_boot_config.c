#include "installed/first_boot_config.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "job/tables.h"

static const char *keep(struct arena *arena, const char *s)
{
	return s ? arena_strdup(arena, s) : NULL;
}

/* NULL: none. */
static int read_after(struct strings *after, const json_t *names, const char *path,
		      struct arena *arena, struct err *err)
{
	const json_t *name;
	size_t i;

	if (names && !json_is_array(names))
		return err_set(err, ERR_FIRST_BOOT, path, "%s: \"after\" must be a list", path);
	*after = (struct strings){
		.item = arena_array(arena, json_array_size(names) + 1, sizeof(*after->item)),
		.count = json_array_size(names),
	};
	json_array_foreach(names, i, name)
	{
		if (!json_is_string(name))
			return err_set(err, ERR_FIRST_BOOT, path,
				       "%s: \"after\" must be a list of names", path);
		after->item[i] = arena_strdup(arena, json_string_value(name));
	}
	return 0;
}

/* The rules are those of the job. NULL: none. */
static int read_databases(struct job_databases *databases, const json_t *json, const char *path,
			  struct arena *arena, struct err *err)
{
	struct err_list errors = {0};
	struct reader r = {.arena = arena, .errors = &errors};
	const struct value v = {.json = json, .path = "/databases"};
	int ret = 0;

	if (json)
		read_object_of(&r, &databases_object, &v, databases);
	if (errors.count)
		ret = err_set(err, ERR_FIRST_BOOT, path, "%s: %s: %s", path, errors.item[0].where,
			      errors.item[0].msg);
	err_list_free(&errors);
	return ret;
}

static bool read_clock(enum clock_wish *wish, const char *name)
{
	*wish = strcmp(name, clock_wish_name(CLOCK_REPORT)) ? CLOCK_SET : CLOCK_REPORT;
	return !strcmp(name, clock_wish_name(*wish));
}

int first_boot_config_read(struct first_boot_config *config, const char *path, struct arena *arena,
			   struct err *err)
{
	struct first_boot_config c = {0};
	const json_t *after = NULL, *databases = NULL;
	const char *clock = clock_wish_name(CLOCK_SET);
	int after_limit_s = 0;
	json_error_t error;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	int ret = -1;

	if (!root)
		return err_set(err, ERR_FIRST_BOOT, path,
			       "%s cannot be read as JSON: line %d, column %d: %s", path,
			       error.line, error.column, error.text);
	if (json_unpack_ex(root, &error, JSON_STRICT,
			   "{s:s, s:s, s:s, s?s, s?s, s?o, s?i, s?s, s?o}", "service", &c.service,
			   "ca", &c.ca, "mac", &c.mac, "pin", &c.pin, "token", &c.token, "after",
			   &after, "after_limit", &after_limit_s, "clock", &clock, "databases",
			   &databases) ||
	    after_limit_s < 0 || !read_clock(&config->clock, clock)) {
		err_set(err, ERR_FIRST_BOOT, path,
			"%s must be an object of strings with the keys service, ca, mac and, if wanted, "
			"pin, token, the list after, the seconds after_limit, clock (set or report) and the object databases: %s",
			path, error.text);
		goto out;
	}
	if (read_after(&config->after, after, path, arena, err) ||
	    read_databases(&config->databases, databases, path, arena, err))
		goto out;
	config->service = keep(arena, c.service);
	config->ca = keep(arena, c.ca);
	config->mac = keep(arena, c.mac);
	config->pin = keep(arena, c.pin);
	config->token = keep(arena, c.token);
	config->after_limit_s = (uint32_t)after_limit_s;
	ret = 0;
out:
	json_decref(root);
	return ret;
}

/* NULL, as json_pack() leaves it out, when there are none. */
static json_t *list(const struct strings *strings)
{
	json_t *array = strings->count ? json_array() : NULL;

	for (size_t i = 0; i < strings->count; i++)
		json_array_append_new(array, json_string(strings->item[i]));
	return array;
}

const char *first_boot_config_text(const struct first_boot_config *config, struct arena *arena)
{
	json_t *databases =
		config->databases.json ? json_loads(config->databases.json, 0, NULL) : NULL;
	const char *clock = config->clock == CLOCK_SET ? NULL : clock_wish_name(config->clock);
	json_t *limit = config->after_limit_s ? json_integer(config->after_limit_s) : NULL;
	json_t *root = json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:o*, s:o*, s:s*, s:o*}", "service",
				 config->service, "ca", config->ca, "mac", config->mac, "pin",
				 config->pin, "token", config->token, "after", list(&config->after),
				 "after_limit", limit, "clock", clock, "databases", databases);
	char *json = root ? json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
	const char *text = json ? arena_printf(arena, "%s\n", json) : NULL;

	free(json);
	json_decref(root);
	return text;
}

/* What is needed to follow, and to end that, from the databases' text; in the arena. */
static const char *source_only(const char *text, struct arena *arena)
{
	static const char *const used[] = {"master",   "dumps",       "directory", "keep",
					   "parallel", "replication", "hooks"};
	json_t *json = text ? json_loads(text, 0, NULL) : NULL;
	const char *kept = NULL;
	char *dumped;

	for (size_t i = 0; i < sizeof(used) / sizeof(*used); i++)
		json_object_del(json, used[i]);
	dumped = json ? json_dumps(json, 0) : NULL;
	if (dumped)
		kept = arena_strdup(arena, dumped);
	free(dumped);
	json_decref(json);
	return kept;
}

int first_boot_config_forget(const struct first_boot_config *config, bool follows, const char *path,
			     struct err *err)
{
	struct first_boot_config kept = *config;
	struct arena arena = {0};
	const char *text;
	int ret = -1;

	kept.databases = (struct job_databases){0};
	if (follows)
		kept.databases.json = source_only(config->databases.json, &arena);
	text = first_boot_config_text(&kept, &arena);
	if (!text)
		err_set(err, ERR_FIRST_BOOT, path, "the instructions are no JSON any more");
	else if (file_replace(AT_FDCWD, path, text, strlen(text), 0600))
		err_sys(err, ERR_FIRST_BOOT, path, "cannot write %s", path);
	else
		ret = 0;
	arena_free(&arena);
	return ret;
}
