/*
 * What the new VM fetches from the old one until its cutover: trees, and the changes of its databases; and what it should
 * have no more of it: its addresses.
 */
#include "migration/compile.h"

#include <string.h>

/* What `into` doesn't say itself. */
static void fill(struct compile *c, json_t *into, const json_t *from)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)from, key, value)
	{
		if (!json_object_get(into, key))
			compile_set(c, into, key, json_deep_copy(value));
	}
}

/* One private key, that of the place that is nearer: `key` and `key_file` stand for each other. */
static void fill_login(struct compile *c, json_t *into, const json_t *from)
{
	json_t *rest = json_copy((json_t *)from);

	if (json_object_get(into, "key") || json_object_get(into, "key_file")) {
		json_object_del(rest, "key");
		json_object_del(rest, "key_file");
	}
	fill(c, into, rest);
	json_decref(rest);
}

/* The login: of the job, of the VM's key, of the VM. */
static void add_login(struct compile *c, const struct migration_vm *vm, json_t *object,
		      const json_t *told)
{
	json_t *login = compile_object(c, object, "ssh");

	if (!login)
		return;
	fill_login(c, login, told);
	fill_login(c, login, json_object_get(vm->merged, "ssh"));
	if (!json_object_size(login))
		json_object_del(object, "ssh");
}

static void add(struct compile *c, const struct migration_vm *vm, json_t *in, const char *key)
{
	json_t *told = json_copy(json_object_get(vm->merged, key));
	json_t *login = json_incref(json_object_get(told, "ssh"));
	json_t *object = NULL;

	if (told || json_object_get(in, key))
		object = compile_object(c, in, key);
	if (object) {
		json_object_del(told, "ssh");
		fill(c, object, told);
		add_login(c, vm, object, login);
	}
	json_decref(login);
	json_decref(told);
}

static void add_addresses(struct compile *c, const struct migration_vm *vm)
{
	json_t *addresses = json_object_get(vm->merged, "old_addresses");
	json_t *network = addresses ? compile_object(c, vm->job, "network") : NULL;

	if (network && !json_object_get(network, "old_addresses"))
		compile_set(c, network, "old_addresses", json_incref(addresses));
}

void compile_old_vm(struct compile *c, struct migration_vm *vm)
{
	add_addresses(c, vm);
	add(c, vm, vm->job, "sync");
	add(c, vm, json_object_get(vm->job, "databases"), "source");
}
