#include "migration/merge.h"

#include <string.h>

#include "migration/check.h"
#include "migration/forms.h"
#include "migration/tables.h"
#include "util/limits.h"

int merge_json(json_t *into, const json_t *from)
{
	const char *key;
	json_t *value;

	/* jansson iterates over a const object only by a cast; nothing is changed. */
	json_object_foreach((json_t *)from, key, value)
	{
		json_t *there = json_object_get(into, key);

		if (json_is_object(there) && json_is_object(value)) {
			if (merge_json(there, value) < 0)
				return -1;
		} else if (json_object_set_new(into, key, json_deep_copy(value)) < 0) {
			return -1;
		}
	}
	return 0;
}

static const struct migration_package *package_of(const struct migration *migration,
						  const char *name)
{
	const struct migration_package *package = migration->packages;

	while (strcmp(package->name, name) != 0)
		package++;
	return package;
}

/*
 * Each package once, where it is first met. Names are known and lead into no cycle: migration_check_packages()
 * has seen to it.
 */
static int merge_packages(const struct migration *migration, const struct strings *use, bool *seen,
			  json_t *into)
{
	for (size_t i = 0; i < use->count; i++) {
		const struct migration_package *package = package_of(migration, use->item[i]);

		if (seen[package - migration->packages])
			continue;
		seen[package - migration->packages] = true;
		if (merge_packages(migration, &package->machine.use, seen, into) < 0 ||
		    merge_json(into, package->json) < 0)
			return -1;
	}
	return 0;
}

static json_t *merged_json(const struct migration *migration, const struct migration_vm *vm,
			   const json_t *own)
{
	bool seen[MIGRATION_PACKAGES_MAX] = {false};
	json_t *merged = json_object();

	if (!merged || merge_packages(migration, &vm->machine.use, seen, merged) < 0 ||
	    merge_json(merged, own) < 0) {
		json_decref(merged);
		return NULL;
	}
	/* Of a package: the VM's own is in its struct. */
	json_object_del(merged, "use");
	return merged;
}

static void need(struct reader *r, const struct migration_vm *vm, bool given, const char *key)
{
	if (!given)
		reader_refuse(
			r, ERR_JOB_MISSING_KEY, arena_printf(r->arena, "%s/%s", vm->json_path, key),
			"%s has no %s, neither itself nor in a package it uses", vm->name, key);
}

void migration_check_machine(struct reader *r, const struct migration_vm *vm)
{
	const json_t *root = json_object_get(vm->merged, "root");
	const char *url = json_string_value(json_object_get(root, "url"));

	need(r, vm, vm->machine.cpus, "cpus");
	need(r, vm, vm->machine.memory, "memory");
	need(r, vm, vm->machine.disks.count, "disks");
	need(r, vm, !root || json_object_get(root, "url"), "root/url");
	need(r, vm, !root || json_object_get(root, "sha256") || is_own_archive(url), "root/sha256");
}

static void merge_vm(struct reader *r, const struct migration *migration, struct migration_vm *vm,
		     const json_t *own)
{
	struct value v = {.json = merged_json(migration, vm, own), .path = vm->json_path};
	struct migration_vm whole = {0};

	if (!v.json) {
		reader_refuse(r, ERR_MEMORY, vm->json_path, "no memory to merge its packages");
		return;
	}
	read_object_of(r, &migration_vm_object, &v, &whole);
	whole.merged = (json_t *)v.json;
	migration_check_machine(r, &whole);
	whole.sound = !refused_below(r, vm->json_path);
	*vm = whole;
}

void merge_vms(struct reader *r, struct migration *migration)
{
	const json_t *vms = json_object_get(migration->json, "vms");
	const bool packages = !refused_below(r, "/defaults");

	for (size_t i = 0; packages && i < migration->vm_count; i++) {
		struct migration_vm *vm = &migration->vms[i];

		if (vm->json_path && !refused_below(r, vm->json_path))
			merge_vm(r, migration, vm, json_array_get(vms, i));
	}
}
