#include "migration/compile.h"

#include <string.h>

#include "job/tables.h"

/* Whether this version's jobs have the key. */
static bool job_takes(const char *key)
{
	for (size_t i = 0; i < job_object.field_count; i++)
		if (!strcmp(job_object.fields[i].key, key))
			return true;
	return false;
}

static bool says_databases(const struct migration_vm *vm)
{
	return vm && (vm->dump_count > 0 || vm->engine_given);
}

/* A replica is one of its master's databases, also when it loads no dump itself. */
static bool has_databases(const struct compile *c, const struct migration_vm *vm)
{
	return says_databases(vm) ||
	       (vm->master && says_databases(migration_find(c->migration, vm->master)));
}

static void refuse(struct compile *c, const struct migration_vm *vm)
{
	const char *key = vm->dump_count ? "dumps" : "engine";

	if (says_databases(vm))
		reader_refuse(&c->r, ERR_JOB_CONFLICT,
			      arena_printf(c->r.arena, "%s/%s", vm->json_path, key),
			      "it is refused: this version loads no dumps and sets up no "
			      "replication; leave "
			      "the key out, and do that by hand after the first boot");
}

static json_t *master_json(const struct compile *c, const struct migration_vm *vm)
{
	const struct migration_vm *master = migration_find(c->migration, vm->master);

	return json_pack("{s:s, s:s?}", "name", vm->master, "address",
			 master ? compile_address(master, vm) : NULL);
}

static const char *role_of(const struct migration_vm *vm)
{
	if (vm->role == ROLE_DB_MASTER)
		return "master";
	return vm->role == ROLE_DB_REPLICA ? "replica" : "alone";
}

void compile_databases(struct compile *c, struct migration_vm *vm)
{
	json_t *dumps = json_object_get(vm->merged, "dumps");
	json_t *databases;

	if (!has_databases(c, vm))
		return;
	if (!job_takes("databases")) {
		refuse(c, vm);
		return;
	}
	databases = json_pack("{s:s, s:s}", "engine", migration_engine_name(vm->engine), "role",
			      role_of(vm));
	if (vm->master)
		compile_set(c, databases, "master", master_json(c, vm));
	if (dumps)
		compile_set(c, databases, "dumps", json_incref(dumps));
	compile_set(c, vm->job, "databases", databases);
}
