#include "vm/reach.h"

#include <string.h>

/* An operator's wish for a shell or a plan goes before what the VM's state says, but for a VM that is in service or given up. */
static bool is_ordered(const struct vm *vm)
{
	return (!strcmp(vm->mode, "rescue") || !strcmp(vm->mode, "plan")) &&
	       vm->state != VM_CUT_OVER && vm->state != VM_CANCELLED;
}

static bool does_first_boot(const struct vm *vm)
{
	const enum vm_state state = vm->state == VM_ERROR ? vm->before : vm->state;

	return state == VM_NEEDS_PROVISIONING || state == VM_PROVISIONING || state == VM_FIRST_BOOT;
}

enum reach vm_reach(const struct vm *vm)
{
	if (vm_configures(vm) || is_ordered(vm))
		return REACH_ALL;
	return does_first_boot(vm) ? REACH_DUMPS : REACH_NOTHING;
}

bool vm_is_over(const struct vm *vm, int64_t now_ms)
{
	return vm->state == VM_CUT_OVER &&
	       vm->changed_ms < now_ms - CUT_OVER_GRACE_SECONDS * INT64_C(1000);
}

const char *vm_reach_help(const struct vm *vm)
{
	switch (vm->state) {
	case VM_WAITING:
		return "it goes on by itself once all its archives are there";
	case VM_CUT_OVER:
		return "it is in service; `newroot-server reopen` takes it back";
	case VM_CANCELLED:
		return "`newroot-server retry` takes it up again";
	default:
		return "`newroot-server boot --mode rescue` lets it repair its disks, `arm` install anew";
	}
}
