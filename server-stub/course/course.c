#include "course/course.h"

#include <stdio.h>

#define CAUSE_MAX 400

struct cause {
	const char *text;
	bool by_vm;
	int64_t now_ms;
};

static int note(struct store *store, const struct vm *vm, enum vm_state to,
		const struct cause *cause, struct err *err)
{
	const struct change_row row = {
		.by_vm = cause->by_vm,
		.at_ms = cause->now_ms,
		.from = vm_state_name(vm->state),
		.to = vm_state_name(to),
		.cause = cause->text,
	};

	return store_change_add(store, vm->id, &row, err);
}

static int refuse(struct store *store, const struct vm *vm, const struct cause *cause,
		  struct err *err)
{
	char text[CAUSE_MAX];
	const struct cause refused = {text, cause->by_vm, cause->now_ms};

	snprintf(text, sizeof(text), "refused: %s", cause->text);
	if (note(store, vm, vm->state, &refused, err) < 0)
		return -1;
	err_set(err, ERR_SERVICE_STATE, vm->name, "%s: refused while it is '%s'", cause->text,
		vm_state_name(vm->state));
	return COURSE_REFUSED;
}

static int move(struct store *store, struct vm *vm, enum vm_input input, const struct cause *cause,
		struct err *err)
{
	enum vm_state to = vm_state_next(vm->state, vm->before, input);

	if (to == VM_REFUSED)
		return refuse(store, vm, cause, err);
	if (to != vm->state) {
		if (note(store, vm, to, cause, err) < 0)
			return -1;
		vm_enter(vm, to, cause->now_ms);
	}
	return store_vm_save(store, vm, err);
}

#define CAUSED(suffix, by_vm)                                                                      \
	int course_note##suffix(struct store *store, const struct vm *vm, const char *cause,       \
				int64_t now_ms, struct err *err)                                   \
	{                                                                                          \
		return note(store, vm, vm->state, &(struct cause){cause, by_vm, now_ms}, err);     \
	}                                                                                          \
	int course_refuse##suffix(struct store *store, const struct vm *vm, const char *cause,     \
				  int64_t now_ms, struct err *err)                                 \
	{                                                                                          \
		return refuse(store, vm, &(struct cause){cause, by_vm, now_ms}, err);              \
	}                                                                                          \
	int course_move##suffix(struct store *store, struct vm *vm, enum vm_input input,           \
				const char *cause, int64_t now_ms, struct err *err)                \
	{                                                                                          \
		return move(store, vm, input, &(struct cause){cause, by_vm, now_ms}, err);         \
	}

CAUSED(, false)
CAUSED(_by_vm, true)

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
