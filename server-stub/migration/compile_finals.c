#include "migration/compile.h"

#include <string.h>

#include "job/address.h"
#include "job/check.h"
#include "vm/names.h"

#define FINALS_MAX 16 /* as many as the store keeps of a VM: VM_FINALS_MAX */

static bool has_final(const struct migration_vm *vm, const char *address)
{
	for (size_t i = 0; i < vm->final_count; i++)
		if (!strcmp(vm->finals[i].address, address))
			return true;
	return false;
}

/* What isn't an address with its prefix is the job's parser's to refuse. */
static void add_final(struct compile *c, struct migration_vm *vm, const json_t *json,
		      const char *path)
{
	const char *text = json_string_value(json);
	char host[ADDRESS_TEXT], address[ADDRESS_TEXT];
	size_t size = text ? strcspn(text, "/") : 0;

	if (size == 0 || size >= sizeof(host))
		return;
	memcpy(host, text, size);
	host[size] = '\0';
	if (address_parse(address, host, NULL) < 0 || has_final(vm, address))
		return;
	if (vm->final_count == FINALS_MAX) {
		reader_refuse(&c->r, ERR_JOB_LIMIT, path,
			      "more than %d final addresses of one VM are refused", FINALS_MAX);
		return;
	}
	vm->finals[vm->final_count].address = arena_strdup(c->r.arena, address);
	vm->finals[vm->final_count++].path = path;
}

static const json_t *interfaces_of(const struct migration_vm *vm)
{
	return json_object_get(json_object_get(vm->job, "network"), "interfaces");
}

void compile_finals(struct compile *c, struct migration_vm *vm)
{
	const json_t *interface, *address;
	size_t i, a;

	vm->finals = arena_array(c->r.arena, FINALS_MAX, sizeof(*vm->finals));
	json_array_foreach(interfaces_of(vm), i, interface)
	{
		json_array_foreach(json_object_get(interface, "addresses"), a, address)
		{
			const char *path = arena_printf(
				c->r.arena, "/network/interfaces/%zu/addresses/%zu", i, a);

			add_final(c, vm, address, compile_place(c, vm, path));
		}
	}
}

void compile_check_finals(struct compile *c)
{
	const struct migration *migration = c->migration;
	struct unique *item =
		arena_array(c->r.arena, migration->vm_count * FINALS_MAX + 1, sizeof(*item));
	size_t used = 0;

	for (size_t i = 0; i < migration->vm_count; i++)
		for (size_t a = 0; a < migration->vms[i].final_count; a++)
			item[used++] = (struct unique){migration->vms[i].finals[a].address,
						       migration->vms[i].finals[a].path};
	check_unique(&c->r, "final address of a group", item, used);
}

/* Whether the host is in a network of one of the VM's interfaces. */
static bool is_neighbour(const struct migration_vm *vm, const struct address *host)
{
	const json_t *interface, *json;
	struct address own;
	size_t i, a;

	json_array_foreach(interfaces_of(vm), i, interface)
	{
		json_array_foreach(json_object_get(interface, "addresses"), a, json)
		{
			const char *text = json_string_value(json);

			if (text && address_parse_prefix(text, &own) && address_in(host, &own))
				return true;
		}
	}
	return false;
}

static bool has_family(const struct migration_vm *vm, const struct address *of)
{
	struct address own;

	for (size_t i = 0; i < vm->final_count; i++)
		if (address_parse_host(vm->finals[i].address, &own) && own.bits == of->bits)
			return true;
	return false;
}

const char *compile_address(const struct migration_vm *vm, const struct migration_vm *peer)
{
	const char *first = NULL;
	struct address host;

	for (size_t i = 0; i < vm->final_count; i++) {
		if (!address_parse_host(vm->finals[i].address, &host))
			continue;
		if (is_neighbour(peer, &host))
			return vm->finals[i].address;
		if (!first && has_family(peer, &host))
			first = vm->finals[i].address;
	}
	return first;
}
