#include "migration/compile.h"

#include <string.h>

#include "job/address.h"
#include "util/limits.h"

static json_t *sizes_json(struct compile *c, const struct migration_sizes *sizes)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sizes->count; i++)
		compile_append(c, list, json_integer((json_int_t)sizes->item[i]));
	return list;
}

static json_t *texts_json(struct compile *c, const struct strings *texts)
{
	json_t *list = json_array();

	for (size_t i = 0; i < texts->count; i++)
		compile_append(c, list, json_string(texts->item[i]));
	return list;
}

/* The VM's first final address of the family of the old one. */
static const char *first_like(const struct migration_vm *vm, const char *old)
{
	struct address like, own;

	if (!address_parse_host(old, &like))
		return NULL;
	for (size_t i = 0; i < vm->final_count; i++)
		if (address_parse_host(vm->finals[i].address, &own) && own.bits == like.bits)
			return vm->finals[i].address;
	return NULL;
}

static json_t *public_json(struct compile *c, const struct migration_vm *vm, size_t i)
{
	const struct migration_public *public = &vm->public[i];
	const char *now = public->now ? public->now : first_like(vm, public->old);

	if (!now)
		reader_refuse(
			&c->r, ERR_JOB_MISSING_KEY, path_to(&c->r, public->json_path, "new"),
			"%s has no final address of the family of %s; accepted is the address that replaces it, as \"new\"",
			vm->name, public->old);
	return json_pack("{s:o, s:s, s:s?}", "names", texts_json(c, &public->names), "old",
			 public->old, "new", now);
}

void compile_spec(struct compile *c, struct migration_vm *vm)
{
	json_t *public = json_array();

	for (size_t i = 0; i < vm->public_count; i++)
		compile_append(c, public, public_json(c, vm, i));
	vm->spec =
		json_pack("{s:I, s:I, s:o, s:s?, s:s?, s:o}", "cpus", (json_int_t)vm->machine.cpus,
			  "memory", (json_int_t)vm->machine.memory, "disks",
			  sizes_json(c, &vm->machine.disks), "data_center", vm->machine.data_center,
			  "network", vm->machine.network, "public", public);
	if (!vm->spec)
		c->no_memory = true;
	else if (json_dumpb(vm->spec, NULL, 0, JSON_COMPACT) > VM_SPEC_MAX)
		reader_refuse(&c->r, ERR_JOB_LIMIT, path_to(&c->r, vm->json_path, "public"),
			      "names of more than %d bytes in all are refused", VM_SPEC_MAX);
}
