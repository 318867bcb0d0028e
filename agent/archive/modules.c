#include "archive/modules.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/modfile.h"
#include "base/limits.h"

#define BLANKS     " \t\r"
#define NAME_BYTES 128 /* the kernel's own limit is 56: MODULE_NAME_LEN */

/* "-" and "_" are the same in module names and aliases, but not inside [sets]. */
static char *normalise(char *name)
{
	bool set = false;

	for (char *c = name; *c; c++) {
		set = *c == '[' || (set && *c != ']');
		if (*c == '-' && !set)
			*c = '_';
	}
	return name;
}

static size_t count_lines(const char *text)
{
	size_t count = 1;

	for (; (text = strchr(text, '\n')); text++)
		count++;
	return count;
}

/* Paths begin at the module folder, or at the root: "/lib/modules/2.6.18/kernel/…". */
static const char *below_folder(const char *path)
{
	const char *mark = "/lib/modules/";
	const char *at = *path == '/' ? strstr(path, mark) : NULL;
	const char *slash = at ? strchr(at + strlen(mark), '/') : NULL;

	return slash ? slash + 1 : path;
}

static const char *name_of(struct modules *modules, const char *path)
{
	char name[NAME_BYTES];

	return modfile_name(path, name, sizeof(name)) ? arena_strdup(modules->arena, name) : NULL;
}

static const char **parse_deps(struct modules *modules, char *text)
{
	size_t room = strlen(text) / 4 + 1, count = 0; /* "a.ko" is the shortest, and a blank */
	const char **deps;
	char *word;

	deps = arena_array(modules->arena, room + 1, sizeof(*deps));
	while ((word = strsep(&text, BLANKS))) {
		const char *name = *word ? name_of(modules, word) : NULL;

		if (name)
			deps[count++] = name;
	}
	return deps;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct module *)a)->name, ((const struct module *)b)->name);
}

int modules_parse_dep(struct modules *modules, char *text, struct err *err)
{
	size_t lines = count_lines(text);
	char *line;

	if (lines > MODULES_MAX)
		return err_set(err, ERR_KERNEL, "modules.dep", "%zu lines; at most %d are accepted",
			       lines, MODULES_MAX);
	modules->item = arena_array(modules->arena, lines, sizeof(*modules->item));
	while ((line = strsep(&text, "\n"))) {
		struct module *module = &modules->item[modules->count];
		char *colon = strchr(line, ':');

		if (!colon || *line == '#')
			continue;
		*colon = '\0';
		module->path = below_folder(line);
		module->name = name_of(modules, line);
		module->deps = parse_deps(modules, colon + 1);
		modules->count += module->name != NULL;
	}
	qsort(modules->item, modules->count, sizeof(*modules->item), by_name);
	return 0;
}

static int by_string(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int modules_parse_builtin(struct modules *modules, char *text, struct err *err)
{
	size_t lines = count_lines(text);
	char *line;

	if (lines > MODULES_MAX)
		return err_set(err, ERR_KERNEL, "modules.builtin",
			       "%zu lines; at most %d are accepted", lines, MODULES_MAX);
	modules->lists_builtin = true;
	modules->builtin = arena_array(modules->arena, lines, sizeof(*modules->builtin));
	while ((line = strsep(&text, "\n"))) {
		const char *name = name_of(modules, line);

		if (name)
			modules->builtin[modules->builtin_count++] = name;
	}
	qsort(modules->builtin, modules->builtin_count, sizeof(*modules->builtin), by_string);
	return 0;
}

/* "alias PATTERN MODULE" */
void modules_parse_alias(struct modules *modules, char *text)
{
	char *line;

	modules->alias = arena_array(modules->arena, count_lines(text), sizeof(*modules->alias));
	while ((line = strsep(&text, "\n"))) {
		char *keyword = strsep(&line, BLANKS);
		char *pattern = strsep(&line, BLANKS);
		char *name = strsep(&line, BLANKS);

		if (!name || strcmp(keyword, "alias") || !*pattern || !*name)
			continue;
		modules->alias[modules->alias_count++] =
			(struct module_line){normalise(pattern), normalise(name)};
	}
}

/* "softdep MODULE pre: NAME… post: NAME…"; what is to come after is none of our business. */
void modules_parse_softdep(struct modules *modules, char *text)
{
	char *line;

	modules->softdep =
		arena_array(modules->arena, count_lines(text), sizeof(*modules->softdep));
	while ((line = strsep(&text, "\n"))) {
		char *keyword = strsep(&line, BLANKS);
		char *name = strsep(&line, BLANKS);
		char *pre = line ? strstr(line, "pre:") : NULL;
		char *post = line ? strstr(line, "post:") : NULL;

		if (!pre || strcmp(keyword, "softdep"))
			continue;
		if (post)
			*post = '\0';
		if (post && post < pre)
			continue;
		modules->softdep[modules->softdep_count++] =
			(struct module_line){normalise(name), normalise(pre + strlen("pre:"))};
	}
}

const struct module *modules_find(const struct modules *modules, const char *name)
{
	char normal[NAME_BYTES];
	const struct module key = {.name = normal};

	snprintf(normal, sizeof(normal), "%s", name);
	normalise(normal);
	if (modules->count == 0)
		return NULL;
	return bsearch(&key, modules->item, modules->count, sizeof(key), by_name);
}

/* Is the line "OPTION=y" in the configuration? */
static bool configured(const char *config, const char *option)
{
	size_t length = strlen(option);

	for (const char *at = config; (at = strstr(at, option)); at += length)
		if ((at == config || at[-1] == '\n') && !strncmp(at + length, "=y", 2))
			return true;
	return false;
}

enum modules_builtin modules_is_builtin(const struct modules *modules, const char *name,
					const char *option)
{
	char normal[NAME_BYTES];
	const char *key = normal;

	snprintf(normal, sizeof(normal), "%s", name);
	normalise(normal);
	if (modules->lists_builtin)
		return modules->builtin_count > 0 &&
				       bsearch(&key, modules->builtin, modules->builtin_count,
					       sizeof(key), by_string)
			       ? MODULES_YES
			       : MODULES_NO;
	if (option && modules->config && *modules->config)
		return configured(modules->config, option) ? MODULES_YES : MODULES_NO;
	return MODULES_UNKNOWN;
}

size_t modules_match(const struct modules *modules, const char *modalias,
		     void (*found)(void *ctx, const char *name), void *ctx)
{
	char normal[MODALIAS_BYTES_MAX];
	size_t count = 0;

	snprintf(normal, sizeof(normal), "%s", modalias);
	normalise(normal);
	for (size_t i = 0; i < modules->alias_count; i++) {
		if (fnmatch(modules->alias[i].key, normal, 0))
			continue;
		found(ctx, modules->alias[i].value);
		count++;
	}
	return count;
}
