#include "course/follow.h"

#include <string.h>

#include "util/limits.h"

static bool is_out(const struct vm *vm)
{
	return !vm->armed && vm->handed_to[0];
}

static bool has_job(const struct vm *vm, const struct boot *boot)
{
	return is_out(vm) && !strcmp(vm->handed_to, boot->uuid);
}

/* It is told to begin anew, and will do so as another boot: what it says of the former attempt comes too late. */
static bool is_given_up(const struct vm *vm, const struct boot *boot)
{
	return vm->armed && !strcmp(vm->again_boot, boot->uuid);
}

/* The system that was on the disks may still run when its VM is armed, and has no say in what is to come. */
static bool is_of_old_system(const struct vm *vm, const struct boot *boot)
{
	return boot->life == LIFE_INSTALLED ||
	       (boot->life == LIFE_UNKNOWN && boot->first_ms < vm->changed_ms);
}

static bool is_followed_while_configuring(const struct vm *vm, const struct boot *boot)
{
	if (is_out(vm))
		return has_job(vm, boot) ||
		       (boot->life == LIFE_INSTALLED && boot->after_job && boot->newest_installed);
	if (is_given_up(vm, boot))
		return false;
	if (vm->state != VM_CONFIGURING && vm->state != VM_ERROR && is_of_old_system(vm, boot))
		return false;
	return boot->newest;
}

/* Once installed, a machine that boots from the network all the same, without a job, says nothing of the system on its disks. */
static bool is_followed_when_installed(const struct vm *vm, const struct boot *boot)
{
	return boot->newest_installed && (boot->life != LIFE_IN_MEMORY || has_job(vm, boot));
}

bool boot_is_followed(const struct vm *vm, const struct boot *boot)
{
	return vm_configures(vm) ? is_followed_while_configuring(vm, boot)
				 : is_followed_when_installed(vm, boot);
}

bool boot_is_left_alone(const struct vm *vm, const struct boot *boot, int64_t now_ms)
{
	/* The handing out of the job was the last word of a boot that has not told anything yet. */
	const int64_t heard_ms =
		boot->job_heard_ms > vm->changed_ms ? boot->job_heard_ms : vm->changed_ms;

	return vm->state == VM_CONFIGURING && is_out(vm) && boot->life == LIFE_IN_MEMORY &&
	       boot->after_job && heard_ms <= now_ms - JOB_SILENT_SECONDS * 1000;
}
