/* Any bytes as a migration document: refused with at least one error, or compiled as a whole. */
#include <stdlib.h>
#include <string.h>

#include "migration/assign.h"
#include "migration/compile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the import takes for granted of a document that was accepted. */
static void check_accepted(const struct migration *migration)
{
	if (!migration->group || migration->vm_count == 0)
		abort();
	for (size_t i = 0; i < migration->vm_count; i++) {
		const struct migration_vm *vm = &migration->vms[i];

		if (!vm->sound || !vm->name || !vm->job || !vm->spec || !vm->mac || !vm->address)
			abort();
		if ((vm->role == ROLE_DB_REPLICA) != (vm->master != NULL))
			abort();
		if (migration_find(migration, vm->name) != vm)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct err_list errors = {0};
	struct reader r = {.arena = &arena, .errors = &errors};
	const struct settings settings = {.net_address = "10.77.0.1", .net_prefix = 24};
	struct migration migration;
	int parsed = migration_parse(&migration, (const char *)data, size, &arena, &errors);
	int compiled;

	if ((parsed == 0) != (errors.count == 0))
		abort();
	compiled = migration_compile(&migration, "https://10.77.0.1:8443", NULL, &arena, &errors);
	if (parsed == 0 && (compiled == 0) != (errors.count == 0))
		abort();
	migration_assign(&r, &migration, &(struct assign_by){.settings = &settings});
	if (errors.count == 0)
		check_accepted(&migration);
	migration_free(&migration);
	err_list_free(&errors);
	arena_free(&arena);
	return 0;
}
