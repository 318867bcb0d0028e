#include "watch/steps.h"

#include <string.h>

/* A test compares it with agent/steps/steps.c. */
static const char *const steps[STEPS_COUNT] = {
	"contact",   "fetch",  "check",    "plan",       "wipe",   "partition",
	"lvm",       "format", "mount",    "unpack",     "kernel", "initrd",
	"configure", "verify", "snapshot", "bootloader", "finish",
};

static unsigned number_of(const char *step)
{
	unsigned i = 0;

	while (i < STEPS_COUNT && strcmp(steps[i], step) != 0)
		i++;
	return i < STEPS_COUNT ? i + 1 : 0;
}

const char *steps_at(const struct vm *vm, unsigned *number)
{
	const bool failed = vm->state == VM_ERROR || vm->state == VM_CANCELLED;
	const bool first_boot = vm->state == VM_FIRST_BOOT;

	*number = number_of(vm->step);
	/* What first boot finds there at its beginning is the installation's last step. */
	if (vm->state != VM_CONFIGURING && !failed && (!first_boot || *number)) {
		*number = 0;
		return "";
	}
	return vm->step;
}
