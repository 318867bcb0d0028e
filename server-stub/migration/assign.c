#include "migration/assign.h"

#include <inttypes.h>
#include <string.h>

#include "migration/pool.h"

/* MACs and addresses are given out alike. */
struct kind {
	const char *key, *pool; /* in the document */
	size_t range;           /* in struct migration */
	size_t member;          /* in struct migration_vm: a const char * */
	size_t known;           /* in struct vm: text */
	const struct pool_kind *numbers;
};

static const struct kind kinds[] = {
	{"mac", "macs", offsetof(struct migration, macs), offsetof(struct migration_vm, mac),
	 offsetof(struct vm, mac), &pool_of_macs},
	{"address", "addresses", offsetof(struct migration, addresses),
	 offsetof(struct migration_vm, address), offsetof(struct vm, address), &pool_of_addresses},
};

struct assign {
	struct reader *r;
	const struct assign_by *by;
	const struct kind *kind;
	const struct migration_range *range;
	json_t *taken; /* text → name of the VM that has it */
	bool no_memory;
};

static const char **member_of(const struct assign *a, struct migration_vm *vm)
{
	return (const char **)(void *)((char *)vm + a->kind->member);
}

static const char *known_text(const struct assign *a, const struct known *known)
{
	return (const char *)&known->vm + a->kind->known;
}

static const char *taker(const struct assign *a, const char *text)
{
	return json_string_value(json_object_get(a->taken, text));
}

static void take(struct assign *a, const char *text, const char *name)
{
	if (text[0] && json_object_set_new(a->taken, text, json_string(name)) < 0)
		a->no_memory = true;
}

static void refuse_taken(struct assign *a, const struct migration_vm *vm, const char *text,
			 const char *by)
{
	const char *path = path_to(a->r, vm->json_path, a->kind->key);

	/* Two VMs of the document with one value were told already. */
	if (!refused_below(a->r, path))
		reader_refuse(a->r, ERR_SERVICE_VM, path,
			      "%s is refused: it is taken already, by the VM '%s'", text, by);
}

/* Those of VMs that are in the store and stay there, but are not in the document. */
static void take_foreign(struct assign *a)
{
	const struct known *known = a->by->known;

	for (size_t i = 0; i < a->by->count; i++)
		if (!known[i].stays && !known[i].goes)
			take(a, known_text(a, &known[i]), known[i].vm.name);
}

static void take_fixed(struct assign *a, struct migration *migration)
{
	for (size_t i = 0; i < migration->vm_count; i++) {
		struct migration_vm *vm = &migration->vms[i];
		const char *text = *member_of(a, vm);

		if (!text || !vm->name)
			continue;
		if (taker(a, text) && strcmp(taker(a, text), vm->name))
			refuse_taken(a, vm, text, taker(a, text));
		else
			take(a, text, vm->name);
	}
}

/* As an address that DHCP can give to a VM, or as a MAC that no other machine may come with. */
static bool is_fit(const struct assign *a, const char *text)
{
	if (a->kind->numbers == &pool_of_macs)
		return !json_object_get(a->by->retired, text);
	return settings_check_vm_address(a->by->settings, text, NULL) == 0;
}

/* A VM that is made keeps what it has, wherever the pool is now; others what is in the pool and still free. */
static void keep(struct assign *a, bool made)
{
	const struct known *known = a->by->known;

	for (size_t i = 0; i < a->by->count; i++) {
		const char *text = known_text(a, &known[i]);
		const char **member = known[i].stays ? member_of(a, known[i].stays) : NULL;

		if (!member || *member || known[i].made != made || !text[0] || taker(a, text))
			continue;
		if (!made && !(pool_has(a->kind->numbers, a->range, text) && is_fit(a, text)))
			continue;
		*member = arena_strdup(a->r->arena, text);
		take(a, text, known[i].vm.name);
	}
}

static void refuse_full(struct assign *a, const struct migration_vm *vm)
{
	const char *pool = arena_printf(a->r->arena, "/configuration/%s", a->kind->pool);
	const bool retired = a->kind->numbers == &pool_of_macs && json_object_size(a->by->retired);

	if (refused_below(a->r, pool))
		return;
	if (!a->range->last)
		reader_refuse(a->r, ERR_JOB_MISSING_KEY, path_to(a->r, vm->json_path, a->kind->key),
			      "%s has no %s, and there is no pool at %s to take one from", vm->name,
			      a->kind->key, pool);
	else
		reader_refuse(
			a->r, ERR_JOB_CONFLICT, pool,
			"a pool of %" PRIu64
			" is refused: all are taken%s, and %s still needs one; accepted is a larger one",
			a->range->last - a->range->first + 1,
			retired ? " or were, by VMs that are gone" : "", vm->name);
}

static void give(struct assign *a, struct migration *migration)
{
	uint64_t next = a->range->first;
	char text[ADDRESS_TEXT] = "";

	for (size_t i = 0; i < migration->vm_count; i++) {
		const char **member = member_of(a, &migration->vms[i]);

		if (*member || !migration->vms[i].sound)
			continue;
		for (; a->range->last && next <= a->range->last; next++) {
			a->kind->numbers->text(text, next);
			if (!taker(a, text) && is_fit(a, text))
				break;
		}
		if (!a->range->last || next > a->range->last) {
			refuse_full(a, &migration->vms[i]);
			continue;
		}
		*member = arena_strdup(a->r->arena, text);
		take(a, text, migration->vms[i].name);
	}
}

static void refuse_unfit(struct reader *r, const struct settings *settings, const char *path,
			 const char *address)
{
	struct err err = ERR_INIT;

	if (settings_check_vm_address(settings, address, &err) < 0 && !refused_below(r, path))
		reader_refuse(r, ERR_JOB_VALUE, path, "%s is refused: %s", address, err.msg);
}

/* What the document itself says; VMs that are made keep what they have. */
static void check_segment(struct reader *r, const struct migration *migration,
			  const struct settings *settings)
{
	const uint64_t ends[] = {migration->addresses.first, migration->addresses.last};
	char text[ADDRESS_TEXT] = "";

	for (size_t i = 0; migration->addresses.last && i < 2; i++) {
		pool_of_addresses.text(text, ends[i]);
		refuse_unfit(r, settings, "/configuration/addresses", text);
	}
	for (size_t i = 0; i < migration->vm_count; i++) {
		const struct migration_vm *vm = &migration->vms[i];

		if (vm->address)
			refuse_unfit(r, settings, path_to(r, vm->json_path, "address"),
				     vm->address);
	}
}

static void assign_kind(struct reader *r, const struct kind *kind, struct migration *migration,
			const struct assign_by *by)
{
	struct assign a = {
		.r = r,
		.by = by,
		.kind = kind,
		.range = (const struct migration_range *)(const void *)((const char *)migration +
									kind->range),
		.taken = json_object(),
	};

	take_foreign(&a);
	keep(&a, true);
	take_fixed(&a, migration);
	keep(&a, false);
	give(&a, migration);
	if (!a.taken || a.no_memory)
		reader_refuse(r, ERR_MEMORY, "/configuration", "no memory for the pools");
	json_decref(a.taken);
}

void migration_assign(struct reader *r, struct migration *migration, const struct assign_by *by)
{
	check_segment(r, migration, by->settings);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		assign_kind(r, &kinds[i], migration, by);
}
