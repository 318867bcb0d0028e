/* The links of the record, read as what they start: units, OpenRC's runlevels, System V's levels. */
#include <glob.h>
#include <string.h>

#include "cutover/parts.h"

#define RUNLEVELS "/etc/runlevels/"
#define MASK      "/dev/null"

static void add(struct cutover_work *work, struct cutover_wanted *wanted, const char *name,
		const char *level, const char *order)
{
	void *grown;

	for (size_t i = 0; i < wanted->count; i++)
		if (!strcmp(wanted->item[i].name, name) && !strcmp(wanted->item[i].level, level))
			return;
	grown = arena_array(&work->arena, wanted->count + 1, sizeof(*wanted->item));
	if (wanted->count)
		memcpy(grown, wanted->item, wanted->count * sizeof(*wanted->item));
	wanted->item = grown;
	wanted->item[wanted->count].name = name;
	wanted->item[wanted->count].level = level;
	wanted->item[wanted->count++].order = order;
}

/* ".../multi-user.target.wants/cron.service": the link is wanted by what the folder is named after. */
static bool add_unit(struct cutover_work *work, struct cutover_wanted *wanted, const char *path)
{
	static const char *const kinds[] = {".wants", ".requires"};
	const char *slash = strrchr(path, '/'), *folder = slash;

	while (folder > path && folder[-1] != '/')
		folder--;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const char *kind = slash - strlen(kinds[i]);

		if (kind > folder && !strncmp(kind, kinds[i], strlen(kinds[i]))) {
			add(work, wanted, arena_strdup(&work->arena, slash + 1),
			    arena_printf(&work->arena, "%.*s", (int)(kind - folder), folder), "");
			return true;
		}
	}
	return false;
}

static bool add_runlevel(struct cutover_work *work, struct cutover_wanted *wanted, const char *path)
{
	const char *level = path + strlen(RUNLEVELS), *slash = strrchr(path, '/');

	if (strncmp(path, RUNLEVELS, strlen(RUNLEVELS)) != 0 || slash < level)
		return false;
	add(work, wanted, slash + 1,
	    arena_printf(&work->arena, "%.*s", (int)(slash - level), level), "");
	return true;
}

/* "/etc/rc2.d/S15cron", "/etc/rc.d/rc2.d/S50own" */
static void add_script(struct cutover_work *work, struct cutover_wanted *wanted, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash - path < 6 || strncmp(slash - 5, "rc", 2) != 0 ||
	    strncmp(slash - 2, ".d", 2) != 0 || slash[1] != 'S' ||
	    strspn(slash + 2, "0123456789") < 2 || !slash[4])
		return;
	/* 'S' is run before the other levels. */
	add(work, wanted, slash + 4, arena_printf(&work->arena, "%c", slash[-3]),
	    arena_printf(&work->arena, "%d%s", slash[-3] != 'S', slash + 1));
}

/* A unit that was masked starts by the links of its vendor. */
static void add_vendors(struct cutover_work *work, struct cutover_wanted *wanted, const char *mask)
{
	static const char *const patterns[] = {
		"/usr/lib/systemd/system/*.wants", "/usr/lib/systemd/system/*.requires",
		"/lib/systemd/system/*.wants", "/lib/systemd/system/*.requires"};
	size_t root = strlen(work->options->root);

	for (size_t p = 0; p < sizeof(patterns) / sizeof(*patterns); p++) {
		const char *pattern =
			arena_printf(&work->arena, "%s%s", patterns[p], strrchr(mask, '/'));
		glob_t found = {0};

		if (glob(cutover_path(work, pattern), 0, NULL, &found) == 0)
			for (size_t i = 0; i < found.gl_pathc; i++)
				add_unit(work, wanted, found.gl_pathv[i] + root);
		globfree(&found);
	}
}

static void add_record(struct cutover_work *work, struct cutover_wanted *wanted,
		       const struct service_record *record)
{
	for (size_t i = 0; i < record->removed.count; i++) {
		const char *path = record->removed.item[i].path;

		if (!add_unit(work, wanted, path) && !add_runlevel(work, wanted, path))
			add_script(work, wanted, path);
	}
	for (size_t i = 0; i < record->made.count; i++)
		if (!strcmp(record->made.item[i].to, MASK))
			add_vendors(work, wanted, record->made.item[i].path);
}

/* Stable, and there are few. */
static void sort(struct cutover_wanted *wanted)
{
	for (size_t i = 1; i < wanted->count; i++)
		for (size_t j = i;
		     j && strcmp(wanted->item[j - 1].order, wanted->item[j].order) > 0; j--) {
			__auto_type later = wanted->item[j - 1];

			wanted->item[j - 1] = wanted->item[j];
			wanted->item[j] = later;
		}
}

void cutover_wanted(struct cutover_work *work, struct cutover_wanted *wanted)
{
	*wanted = (struct cutover_wanted){0};
	for (size_t i = 0; i < work->records.count; i++)
		if (!work->records.item[i].enabled)
			add_record(work, wanted, &work->records.item[i]);
	sort(wanted);
}
