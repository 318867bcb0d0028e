#include <stdlib.h>
#include <string.h>

#include "job/syntax.h"
#include "migration/merge.h"
#include "migration/migration.h"
#include "migration/tables.h"
#include "util/limits.h"

int migration_parse(struct migration *migration, const char *text, size_t size, struct arena *arena,
		    struct err_list *errors)
{
	struct reader r = {.arena = arena, .errors = errors};
	const size_t before = errors->count + errors->dropped;
	struct value whole = {.path = ""};
	char *copy = arena_alloc(arena, size + 1);

	memcpy(copy, text, size);
	*migration = (struct migration){0};
	migration->json = syntax_parse(&r, "a migration document", MIGRATION_BYTES_MAX, copy, size);
	whole.json = migration->json;
	if (migration->json) {
		read_object_of(&r, &migration_object, &whole, migration);
		merge_vms(&r, migration);
	}
	return errors->count + errors->dropped == before ? 0 : -1;
}

void migration_free(struct migration *migration)
{
	for (size_t i = 0; i < migration->vm_count; i++) {
		json_decref(migration->vms[i].merged);
		json_decref(migration->vms[i].job);
		json_decref(migration->vms[i].spec);
	}
	json_decref(migration->json);
	*migration = (struct migration){0};
}

/* Of one name, in the order of the document. */
static int by_name(const void *a, const void *b)
{
	const struct migration_vm *const *one = a, *const *other = b;
	const int order = strcmp((*one)->name, (*other)->name);

	return order ? order : (*one > *other) - (*one < *other);
}

void migration_index(struct migration *migration, struct arena *arena)
{
	const size_t count = migration->vm_count;

	migration->by_name = arena_array(arena, count + 1, sizeof(struct migration_vm *));
	migration->named = 0;
	for (size_t i = 0; i < count; i++)
		if (migration->vms[i].name)
			migration->by_name[migration->named++] = &migration->vms[i];
	qsort(migration->by_name, migration->named, sizeof(struct migration_vm *), by_name);
}

struct migration_vm *migration_find(const struct migration *migration, const char *name)
{
	size_t low = 0, high = migration->named;

	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (strcmp(migration->by_name[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < migration->named && !strcmp(migration->by_name[low]->name, name))
		return migration->by_name[low];
	return NULL;
}

const char *migration_role_name(enum migration_role role)
{
	return migration_role_names[role];
}

const char *migration_engine_name(enum migration_engine engine)
{
	return migration_engine_names[engine];
}
