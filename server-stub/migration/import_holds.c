/* Whether what was compared with the store some seconds ago is still so. */
#include <stdlib.h>
#include <string.h>

#include "migration/import.h"

struct look {
	struct import *import;
	const struct known **by_id;
	int64_t steady_ms;
	bool changed; /* the plan is not right any more */
};

bool import_is_made(const struct vm *vm, int64_t steady_ms)
{
	return vm_is_created(vm) || (vm->lease_by[0] && vm->lease_until_ms > steady_ms);
}

/* What an import sets, and may have to give to another VM. */
static bool same_identity(const struct vm *a, const struct vm *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->group, b->group) &&
	       !strcmp(a->role, b->role) && !strcmp(a->master, b->master) &&
	       !strcmp(a->mac, b->mac) && !strcmp(a->address, b->address) &&
	       !strcmp(a->finals, b->finals) && !strcmp(a->parameters, b->parameters) &&
	       a->imported == b->imported;
}

/* What its fate depends on. Whatever else it has reported is no matter. */
static bool same_fate(const struct known *known, const struct vm *vm, int64_t steady_ms)
{
	const struct vm *was = &known->vm;

	return known->made == import_is_made(vm, steady_ms) && was->armed == vm->armed &&
	       was->secretless == vm->secretless &&
	       (was->state == VM_CREATED) == (vm->state == VM_CREATED) &&
	       (was->state == VM_NEEDS_CREATING) == (vm->state == VM_NEEDS_CREATING);
}

static int by_id(const void *a, const void *b)
{
	const struct known *const *one = a, *const *other = b;

	return ((*one)->vm.id > (*other)->vm.id) - ((*one)->vm.id < (*other)->vm.id);
}

static struct known *find(const struct look *look, const struct vm *vm)
{
	const struct known wanted = {.vm.id = vm->id}, *key = &wanted;
	const struct known **found =
		bsearch(&key, look->by_id, look->import->known_count, sizeof(*look->by_id), by_id);

	return found ? &look->import->known[*found - look->import->known] : NULL;
}

/* What is written of a VM is made from what it is now. */
static void look_at(void *arg, const struct vm *vm)
{
	struct look *look = arg;
	struct known *known = find(look, vm);

	if (!known || !same_identity(&known->vm, vm) || !same_fate(known, vm, look->steady_ms))
		look->changed = true;
	else
		known->vm = *vm;
}

/* A creator's claim that has run out meanwhile has changed nothing in the store. */
static bool leases_hold(const struct import *import, int64_t steady_ms)
{
	for (size_t i = 0; i < import->known_count; i++)
		if (import->known[i].made != import_is_made(&import->known[i].vm, steady_ms))
			return false;
	return true;
}

static int look_at_all(struct look *look, struct store *store, struct err *err)
{
	struct import *import = look->import;

	for (size_t i = 0; i < import->known_count; i++)
		look->by_id[i] = &import->known[i];
	qsort(look->by_id, import->known_count, sizeof(*look->by_id), by_id);
	if (store_vm_since(store, import->version, look_at, look, err) < 0)
		return -1;
	return !look->changed && leases_hold(import, look->steady_ms);
}

int import_holds(struct import *import, struct store *store, int64_t steady_ms, struct err *err)
{
	struct look look = {.import = import, .steady_ms = steady_ms};
	int64_t count, version;
	int ret;

	if (store_vm_count(store, &count, &version, err) < 0)
		return -1;
	/* Those that were added are seen among the changed ones; then as many are gone. */
	if ((size_t)count != import->known_count)
		return 0;
	look.by_id = calloc(import->known_count + 1, sizeof(*look.by_id));
	if (!look.by_id)
		return err_set(err, ERR_MEMORY, "import", "no memory to look at the store again");
	ret = look_at_all(&look, store, err);
	free(look.by_id);
	return ret;
}
