#include "vm/vm.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "util/monotonic.h"
#include "util/text.h"

static bool gone_wrong(enum vm_state state)
{
	return state == VM_ERROR || state == VM_CANCELLED;
}

bool vm_is_created(const struct vm *vm)
{
	const enum vm_state state = gone_wrong(vm->state) ? vm->before : vm->state;

	return state != VM_WAITING && state != VM_NEEDS_CREATING;
}

static void begin_anew(struct vm *vm)
{
	vm->armed = true;
	vm->handed_to[0] = '\0';
}

void vm_enter(struct vm *vm, enum vm_state to, int64_t now_ms)
{
	if (gone_wrong(to) && !gone_wrong(vm->state))
		vm->before = vm->state;
	if (to == VM_ERROR) {
		vm->holding = vm->group[0] != '\0';
		vm->hold_step[0] = '\0';
	} else {
		vm->error[0] = '\0';
	}
	/* Also before it is created: someone may have made it by hand. */
	if (to == VM_NEEDS_CREATING || to == VM_CREATED)
		begin_anew(vm);
	if (to == VM_CANCELLED || to == VM_COMPLETE || to == VM_CUT_OVER)
		vm->holding = false;
	/* It stands while the VM fails, or does its first boot again: those that go after it wait. */
	if (to == VM_CUT_OVER || to == VM_CANCELLED || vm_state_configures(to, to))
		vm->cutover_ms = 0;
	vm->claimed_ms = 0;
	vm->anew = false;
	if (to != VM_PROVISIONING)
		vm->lease_by[0] = '\0';
	memset(&vm->progress, 0, sizeof(vm->progress));
	vm->waiting[0] = '\0';
	vm->state = to;
	vm->changed_ms = now_ms;
}

const char *vm_held_why(const struct vm *vm, char text[VM_HELD_TEXT])
{
	if (vm->state == VM_CANCELLED)
		snprintf(text, VM_HELD_TEXT, "cancelled by the operator");
	else if (vm->hold)
		snprintf(text, VM_HELD_TEXT, "held by the operator");
	else if (vm->group_hold)
		snprintf(text, VM_HELD_TEXT, "its group '%s' is held by the operator", vm->group);
	else if (vm->held_by[0])
		snprintf(text, VM_HELD_TEXT, "%s has an error", vm->held_by);
	else
		return NULL;
	return text;
}

const char *vm_ordered_text(const struct vm *vm, char text[VM_HELD_TEXT])
{
	if (!vm->cutover_ms && !vm->claimed_ms)
		return NULL;
	if (!vm->cutover_ms)
		snprintf(text, VM_HELD_TEXT,
			 "done, says the VM, but not ordered: `cutover %s --mark` takes its word",
			 vm->name);
	else if (vm->cutover_after[0])
		snprintf(text, VM_HELD_TEXT, "ordered, goes after %s", vm->cutover_after);
	else if (vm->state == VM_COMPLETE)
		snprintf(text, VM_HELD_TEXT, "ordered, waits for the VM");
	else
		snprintf(text, VM_HELD_TEXT, "ordered, for when it is complete again");
	return text;
}

/* The error's text begins with its code. */
const char *vm_error_help(const struct vm *vm)
{
	char name[64];
	enum err_code code;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(vm->error, ":"), vm->error);
	code = vm->error[0] ? err_by_name(name) : ERR_NONE;
	return code ? err_help(code) : NULL;
}

int64_t vm_lease_end_ms(const struct vm *vm)
{
	return vm->lease_by[0] ? wall_ms() + vm->lease_until_ms - steady_ms() : 0;
}
