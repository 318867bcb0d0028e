#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "course/course.h"
#include "migration/import.h"

struct apply {
	struct import *import;
	struct store *store;
	int64_t now_ms;
};

static void copy(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text ? text : "");
}

static void append_final(char finals[VM_FINALS_MAX + 1], const char *address, size_t size)
{
	const size_t used = strlen(finals);

	if (used + 1 + size <= VM_FINALS_MAX)
		snprintf(finals + used, VM_FINALS_MAX + 1 - used, "%s%.*s", used ? " " : "",
			 (int)size, address);
}

static bool has_final(const struct migration_vm *wanted, const char *address, size_t size)
{
	for (size_t i = 0; i < wanted->final_count; i++)
		if (strlen(wanted->finals[i].address) == size &&
		    !strncmp(wanted->finals[i].address, address, size))
			return true;
	return false;
}

/*
 * A VM that goes on with its old job comes from its old addresses, so they stay beside the new ones until its new job is
 * handed out (vm/handout.c). A VM
 * that has none, or had none, may come from anywhere.
 */
static void set_finals(struct vm *vm, const struct migration_vm *wanted, bool keep)
{
	char old[VM_FINALS_MAX + 1];
	const bool any = !wanted->final_count || (keep && !vm->finals[0]);

	copy(old, sizeof(old), vm->finals);
	vm->finals[0] = '\0';
	for (size_t i = 0; !any && i < wanted->final_count; i++)
		append_final(vm->finals, wanted->finals[i].address,
			     strlen(wanted->finals[i].address));
	for (const char *at = old; keep && !any && *at;) {
		const size_t size = strcspn(at, " ");

		if (!has_final(wanted, at, size))
			append_final(vm->finals, at, size);
		at += size + strspn(at + size, " ");
	}
}

static void fill(const struct apply *a, struct vm *vm, const struct migration_vm *wanted, bool keep)
{
	copy(vm->group, sizeof(vm->group), a->import->migration.group);
	copy(vm->role, sizeof(vm->role), migration_role_name(wanted->role));
	copy(vm->master, sizeof(vm->master), wanted->master);
	copy(vm->mac, sizeof(vm->mac), wanted->mac);
	copy(vm->address, sizeof(vm->address), wanted->address);
	copy(vm->parameters, sizeof(vm->parameters), wanted->machine.parameters);
	set_finals(vm, wanted, keep);
	vm->imported = true;
}

static int add_to_store(const struct apply *a, struct vm *vm, const struct import_row *row,
			struct err *err)
{
	if (token_new(vm->token, err) < 0)
		return -1;
	token_hash(vm->token_hash, vm->token);
	if (store_vm_add(a->store, vm, row->job, row->spec, err) < 0)
		return -1;
	if (row->missing) {
		copy(vm->waiting, sizeof(vm->waiting), row->missing);
		if (store_vm_save(a->store, vm, err) < 0)
			return -1;
	}
	return course_note(a->store, vm, "imported", a->now_ms, err);
}

static int add_vm(const struct apply *a, const struct import_row *row, struct err *err)
{
	struct vm vm = {
		.mode = "install",
		.state = row->missing ? VM_WAITING : VM_NEEDS_CREATING,
		.before = VM_STATES,
		.armed = true,
		.added_ms = a->now_ms,
		.changed_ms = a->now_ms,
	};

	copy(vm.name, sizeof(vm.name), row->wanted->name);
	fill(a, &vm, row->wanted, false);
	return add_to_store(a, &vm, row, err);
}

/* With its new job, a VM that could have been created may have to wait again. */
static int back_to_waiting(const struct apply *a, struct vm *vm, const char *missing,
			   struct err *err)
{
	const struct change_row row = {
		.at_ms = a->now_ms,
		.from = vm_state_name(vm->state),
		.to = vm_state_name(VM_WAITING),
		.cause = "its new job names an archive that is not there yet",
	};

	if (store_change_add(a->store, vm->id, &row, err) < 0)
		return -1;
	vm_enter(vm, VM_WAITING, a->now_ms);
	copy(vm->waiting, sizeof(vm->waiting), missing);
	return store_vm_save(a->store, vm, err);
}

static int change_vm(const struct apply *a, const struct import_row *row, struct err *err)
{
	const bool later = row->fate == FATE_LATER;
	struct vm vm = row->known->vm;

	fill(a, &vm, row->wanted, later);
	if (store_vm_save_import(a->store, &vm, row->job, row->spec, err) < 0 ||
	    course_note(a->store, &vm,
			later ? "imported anew, for the next arming" : "imported anew", a->now_ms,
			err) < 0)
		return -1;
	if (vm.state == VM_NEEDS_CREATING && row->missing)
		return back_to_waiting(a, &vm, row->missing, err);
	return 0;
}

/* VMs may swap what must be unique: those that change it let go of it first. */
static int let_go(const struct apply *a, const struct import_row *row, struct err *err)
{
	struct vm vm = row->known->vm;
	char *job, *spec;
	int ret;

	if (!strcmp(vm.mac, row->wanted->mac) && !strcmp(vm.address, row->wanted->address))
		return 0;
	snprintf(vm.mac, sizeof(vm.mac), "none %" PRIi64, vm.id);
	vm.address[0] = '\0';
	if (store_vm_job(a->store, vm.id, &job, err) < 0)
		return -1;
	if (store_vm_spec(a->store, vm.id, &spec, err) < 0) {
		free(job);
		return -1;
	}
	ret = store_vm_save_import(a->store, &vm, job, spec, err);
	free(job);
	free(spec);
	return ret;
}

static int leave(const struct apply *a, const struct import_row *row, struct err *err)
{
	if (row->fate == FATE_REMOVE)
		return course_remove(a->store, &row->known->vm, err);
	return row->fate == FATE_REPLACE ? let_go(a, row, err) : 0;
}

static int arrive(const struct apply *a, const struct import_row *row, struct err *err)
{
	if (row->fate == FATE_ADD)
		return add_vm(a, row, err);
	return row->fate == FATE_REPLACE || row->fate == FATE_LATER ? change_vm(a, row, err) : 0;
}

/* What it was imported from, but for its secrets: they are in the jobs, as long as these need them. */
static int save_document(const struct import *import, struct store *store, struct err *err)
{
	return store_group_save_document(store, import->migration.group,
					 import->document ? import->document : import->text, err);
}

int import_apply(struct import *import, struct store *store, int64_t now_ms, struct err *err)
{
	const struct apply a = {import, store, now_ms};

	for (size_t i = 0; i < import->row_count; i++)
		if (leave(&a, &import->row[i], err) < 0)
			return -1;
	for (size_t i = 0; i < import->row_count; i++)
		if (arrive(&a, &import->row[i], err) < 0)
			return -1;
	return save_document(import, store, err);
}
