#include "migration/check.h"

#include <string.h>

static const struct migration_package *find_package(const struct migration *migration,
						    const char *name)
{
	for (size_t i = 0; i < migration->package_count; i++)
		if (!strcmp(migration->packages[i].name, name))
			return &migration->packages[i];
	return NULL;
}

static const char *list_of_packages(struct reader *r, const struct migration *migration)
{
	const char *list = migration->package_count ? migration->packages[0].name : "none";

	for (size_t i = 1; i < migration->package_count; i++)
		list = arena_printf(r->arena, "%s, %s", list, migration->packages[i].name);
	return list;
}

static void check_use(struct reader *r, const struct migration *migration, const char *path,
		      const struct strings *use)
{
	if (!migration->packages && refused_below(r, "/defaults"))
		return;
	for (size_t i = 0; i < use->count; i++)
		if (!find_package(migration, use->item[i]))
			reader_refuse(
				r, ERR_JOB_VALUE, arena_printf(r->arena, "%s/use/%zu", path, i),
				"\"%s\" is refused: defaults has no such package; accepted are %s",
				use->item[i], list_of_packages(r, migration));
}

/* Whether `name` is met again below itself; each package at most once a walk, so it ends. */
static bool leads_to(const struct migration *migration, const struct migration_package *from,
		     const char *name, bool *seen)
{
	for (size_t i = 0; from && i < from->machine.use.count; i++) {
		const struct migration_package *next =
			find_package(migration, from->machine.use.item[i]);

		if (!next || seen[next - migration->packages])
			continue;
		seen[next - migration->packages] = true;
		if (!strcmp(next->name, name) || leads_to(migration, next, name, seen))
			return true;
	}
	return false;
}

static void check_cycle(struct reader *r, const struct migration *migration,
			const struct migration_package *package)
{
	bool *seen = arena_array(r->arena, migration->package_count, sizeof(*seen));

	if (leads_to(migration, package, package->name, seen))
		reader_refuse(
			r, ERR_JOB_CONFLICT, path_to(r, package->json_path, "use"),
			"the package \"%s\" uses itself, through what it uses; accepted are packages that do not",
			package->name);
}

void migration_check_packages(struct reader *r, const struct migration *migration)
{
	for (size_t i = 0; i < migration->package_count; i++) {
		const struct migration_package *package = &migration->packages[i];

		if (!package->json_path)
			continue;
		check_use(r, migration, package->json_path, &package->machine.use);
		check_cycle(r, migration, package);
	}
	for (size_t i = 0; i < migration->vm_count; i++)
		if (migration->vms[i].json_path)
			check_use(r, migration, migration->vms[i].json_path,
				  &migration->vms[i].machine.use);
}
