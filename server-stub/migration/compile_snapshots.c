#include "migration/compile.h"

#include <string.h>

static json_t *find_volume(const json_t *volumes, const char *name)
{
	json_t *volume;
	size_t i;

	json_array_foreach(volumes, i, volume)
	{
		const char *its = json_string_value(json_object_get(volume, "name"));

		if (its && !strcmp(its, name))
			return volume;
	}
	return NULL;
}

void compile_snapshots(struct compile *c, struct migration_vm *vm)
{
	json_t *wanted = json_object_get(vm->merged, "snapshots");
	const json_t *volumes = json_object_get(vm->job, "volumes");
	const char *name;
	json_t *size;

	json_object_foreach(wanted, name, size)
	{
		json_t *volume = find_volume(volumes, name);

		if (!volume)
			reader_refuse(
				&c->r, ERR_JOB_CONFLICT, compile_place(c, vm, "/volumes"),
				"\"snapshots\" names \"%s\", and there is no volume of this name",
				name);
		else if (!json_object_get(volume, "snapshot"))
			compile_set(c, volume, "snapshot", json_incref(size));
	}
}
