#include "migration/compile.h"

#include <string.h>

static const json_t *after_of(const struct migration_vm *vm)
{
	return json_object_get(vm->job, "after");
}

static bool leads_to(const struct migration *migration, const struct migration_vm *from,
		     const struct migration_vm *to, bool *seen)
{
	const json_t *item;
	size_t i;

	json_array_foreach(after_of(from), i, item)
	{
		const char *name = json_string_value(item);
		const struct migration_vm *next = name ? migration_find(migration, name) : NULL;

		if (!next || seen[next - migration->vms])
			continue;
		seen[next - migration->vms] = true;
		if (next == to || leads_to(migration, next, to, seen))
			return true;
	}
	return false;
}

static void check_vm_after(struct compile *c, const struct migration_vm *vm)
{
	bool *seen = arena_array(c->r.arena, c->migration->vm_count, sizeof(*seen));
	const json_t *item;
	size_t i;

	json_array_foreach(after_of(vm), i, item)
	{
		const char *name = json_string_value(item);

		if (name && !migration_find(c->migration, name))
			reader_refuse(
				&c->r, ERR_JOB_VALUE,
				compile_place(c, vm, arena_printf(c->r.arena, "/after/%zu", i)),
				"\"%.80s\" is refused: there is no such VM in this document", name);
	}
	if (leads_to(c->migration, vm, vm, seen))
		reader_refuse(&c->r, ERR_JOB_CONFLICT, compile_place(c, vm, "/after"),
			      "%s would wait for itself, through those it waits for", vm->name);
}

void compile_check_after(struct compile *c)
{
	for (size_t i = 0; i < c->migration->vm_count; i++)
		if (json_array_size(after_of(&c->migration->vms[i])))
			check_vm_after(c, &c->migration->vms[i]);
}
