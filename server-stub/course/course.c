#include "course/course.h"

#include <stdio.h>

#define CAUSE_MAX 400

static int note(struct store *store, const struct vm *vm, enum vm_state to, const char *cause,
		int64_t now_ms, struct err *err)
{
	const struct change_row row = {
		.at_ms = now_ms,
		.from = vm_state_name(vm->state),
		.to = vm_state_name(to),
		.cause = cause,
	};

	return store_change_add(store, vm->id, &row, err);
}

int course_note(struct store *store, const struct vm *vm, const char *cause, int64_t now_ms,
		struct err *err)
{
	return note(store, vm, vm->state, cause, now_ms, err);
}

int course_refuse(struct store *store, const struct vm *vm, const char *cause, int64_t now_ms,
		  struct err *err)
{
	char text[CAUSE_MAX];

	snprintf(text, sizeof(text), "refused: %s", cause);
	if (course_note(store, vm, text, now_ms, err) < 0)
		return -1;
	err_set(err, ERR_SERVICE_STATE, vm->name, "%s: refused while it is '%s'", cause,
		vm_state_name(vm->state));
	return COURSE_REFUSED;
}

int course_move(struct store *store, struct vm *vm, enum vm_input input, const char *cause,
		int64_t now_ms, struct err *err)
{
	enum vm_state to = vm_state_next(vm->state, vm->before, input);

	if (to == VM_REFUSED)
		return course_refuse(store, vm, cause, now_ms, err);
	if (to != vm->state) {
		if (note(store, vm, to, cause, now_ms, err) < 0)
			return -1;
		vm_enter(vm, to, now_ms);
	}
	return store_vm_save(store, vm, err);
}

int course_remove(struct store *store, const struct vm *vm, struct err *err)
{
	if ((vm_is_created(vm) || vm->lease_by[0]) && store_mac_retire(store, vm->mac, err) < 0)
		return -1;
	return store_vm_remove(store, vm->id, err);
}

int course_find(struct store *store, const char *name, struct vm *vm, struct err *err)
{
	int found = store_vm_find(store, VM_BY_NAME, 0, name, vm, err);

	if (found == 0)
		return err_set(err, ERR_SERVICE_VM, name, "there is no VM of this name");
	return found < 0 ? -1 : 0;
}
