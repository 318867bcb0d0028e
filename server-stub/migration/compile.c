#include "migration/compile.h"

#include <string.h>

#include "migration/merge.h"

const char *compile_place(struct compile *c, const struct migration_vm *vm, const char *path)
{
	return arena_printf(c->r.arena, "%s (%s) job%s%s", vm->json_path, vm->name,
			    *path ? ": " : "", path);
}

void compile_set(struct compile *c, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) < 0)
		c->no_memory = true;
}

void compile_append(struct compile *c, json_t *list, json_t *value)
{
	if (json_array_append_new(list, value) < 0)
		c->no_memory = true;
}

json_t *compile_object(struct compile *c, json_t *in, const char *key)
{
	json_t *there = json_object_get(in, key);

	if (!there) {
		compile_set(c, in, key, json_object());
		there = json_object_get(in, key);
	}
	return json_is_object(there) ? there : NULL;
}

json_t *compile_list(struct compile *c, json_t *in, const char *key)
{
	json_t *there = json_object_get(in, key);

	if (!there) {
		compile_set(c, in, key, json_array());
		there = json_object_get(in, key);
	}
	return json_is_array(there) ? there : NULL;
}

static void add_hostname(struct compile *c, struct migration_vm *vm)
{
	json_t *network = compile_object(c, vm->job, "network");

	if (network && !json_object_get(network, "hostname"))
		compile_set(c, network, "hostname", json_string(vm->name));
}

static bool has_root_archive(const json_t *archives)
{
	const json_t *archive;
	size_t i;

	json_array_foreach(archives, i, archive)
	{
		const char *to = json_string_value(json_object_get(archive, "to"));

		if (to && !strcmp(to, "/"))
			return true;
	}
	return false;
}

static void add_root(struct compile *c, struct migration_vm *vm)
{
	const json_t *root = json_object_get(vm->merged, "root");
	json_t *archives = root ? compile_list(c, vm->job, "archives") : NULL;
	json_t *archive;

	if (!archives || has_root_archive(archives))
		return;
	archive = json_pack("{s:s, s:O, s:O*}", "to", "/", "url", json_object_get(root, "url"),
			    "sha256", json_object_get(root, "sha256"));
	if (json_array_insert_new(archives, 0, archive) < 0)
		c->no_memory = true;
}

static bool has_text(const json_t *list, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (json_is_string(item) && !strcmp(json_string_value(item), text))
			return true;
	}
	return false;
}

static void add_master(struct compile *c, struct migration_vm *vm)
{
	json_t *after = vm->master ? compile_list(c, vm->job, "after") : NULL;

	if (after && !has_text(after, vm->master))
		compile_append(c, after, json_string(vm->master));
}

static void add_cutover(struct compile *c, struct migration_vm *vm)
{
	json_t *quarantine = json_object_get(vm->merged, "quarantine");
	json_t *puppet = json_object_get(vm->merged, "puppet");

	if (quarantine && !json_object_get(vm->job, "quarantine"))
		compile_set(c, vm->job, "quarantine", json_pack("{s:O}", "allow", quarantine));
	if (puppet && !json_object_get(vm->job, "puppet"))
		compile_set(c, vm->job, "puppet", json_incref(puppet));
}

/* What one VM's part of the document says, without its peers'. */
static void begin(struct compile *c, struct migration_vm *vm)
{
	vm->job = json_pack("{s:i}", "newroot", 1);
	if (!vm->job || merge_json(vm->job, json_object_get(vm->merged, "job")) < 0)
		c->no_memory = true;
	add_root(c, vm);
	add_hostname(c, vm);
	compile_finals(c, vm);
}

static void end(struct compile *c, struct migration_vm *vm)
{
	add_master(c, vm);
	add_cutover(c, vm);
	compile_databases(c, vm);
	compile_old_vm(c, vm);
	compile_snapshots(c, vm);
	compile_sources(c, vm);
	compile_spec(c, vm);
}

static void each(struct compile *c, void (*part)(struct compile *c, struct migration_vm *vm))
{
	for (size_t i = 0; i < c->migration->vm_count; i++)
		if (c->migration->vms[i].sound)
			part(c, &c->migration->vms[i]);
}

int migration_compile(struct migration *migration, const char *url,
		      const struct migration_sums *sums, struct arena *arena,
		      struct err_list *errors)
{
	struct compile c = {
		.r = {.arena = arena, .errors = errors},
		.migration = migration,
		.url = url,
		.sums = sums,
	};
	const size_t before = errors->count + errors->dropped;

	each(&c, begin);
	compile_check_finals(&c);
	compile_shared(&c);
	each(&c, end);
	if (c.no_memory)
		reader_refuse(&c.r, ERR_MEMORY, "", "no memory for the jobs");
	compile_check_after(&c);
	compile_check_jobs(&c);
	return errors->count + errors->dropped == before ? 0 : -1;
}
