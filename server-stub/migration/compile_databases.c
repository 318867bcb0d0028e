#include "migration/compile.h"

static bool says_databases(const struct migration_vm *vm)
{
	return vm &&
	       (vm->dump_count > 0 || vm->engine_given || json_object_get(vm->merged, "source") ||
		json_object_get(vm->job, "databases"));
}

/* A replica is one of its master's databases, also when it loads no dump itself. */
static bool has_databases(const struct compile *c, const struct migration_vm *vm)
{
	return says_databases(vm) ||
	       (vm->master && says_databases(migration_find(c->migration, vm->master)));
}

static json_t *master_json(const struct compile *c, const struct migration_vm *vm)
{
	const struct migration_vm *master = migration_find(c->migration, vm->master);

	return json_pack("{s:s, s:s*}", "name", vm->master, "address",
			 master ? compile_address(master, vm) : NULL);
}

/* What the job says itself stays. Takes `value`'s reference. */
static void add(struct compile *c, json_t *databases, const char *key, json_t *value)
{
	if (json_object_get(databases, key))
		json_decref(value);
	else
		compile_set(c, databases, key, value);
}

/* A replica's is its master's, when it doesn't say. */
static const char *engine_of(const struct compile *c, const struct migration_vm *vm)
{
	const struct migration_vm *master =
		vm->master ? migration_find(c->migration, vm->master) : NULL;

	return migration_engine_name(vm->engine_given || !master ? vm->engine : master->engine);
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
	databases = compile_object(c, vm->job, "databases");
	if (!databases)
		return;
	add(c, databases, "engine", json_string(engine_of(c, vm)));
	add(c, databases, "role", json_string(role_of(vm)));
	if (vm->master)
		add(c, databases, "master", master_json(c, vm));
	if (dumps)
		add(c, databases, "dumps", json_incref(dumps));
}
