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

struct migration_vm *migration_find(const struct migration *migration, const char *name)
{
	for (size_t i = 0; i < migration->vm_count; i++)
		if (migration->vms[i].name && !strcmp(migration->vms[i].name, name))
			return &migration->vms[i];
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
