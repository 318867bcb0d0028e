#include "course/handout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "course/may_read.h"
#include "vm/finals.h"

static bool has_it(const struct vm *vm, const char *boot)
{
	return boot[0] && !strcmp(vm->handed_to, boot);
}

static int refuse(struct store *store, const struct vm *vm, int64_t now_ms, struct err *err)
{
	char cause[300];

	snprintf(
		cause, sizeof(cause),
		"the job was handed out already%s%s; `newroot-server retry %s` (or `arm`) hands it out once more",
		vm->handed_to[0] ? ", to boot " : "", vm->handed_to, vm->name);
	return course_refuse(store, vm, cause, now_ms, err);
}

/* An import that came while the VM ran left its old addresses beside the new ones: with its new job, it has those alone. */
static int forget_old_finals(struct store *store, struct vm *vm, struct err *err)
{
	char finals[VM_FINALS_MAX + 1], *job;
	int ret;

	if (!vm->imported)
		return 0;
	if (store_vm_job(store, vm->id, &job, err) < 0)
		return -1;
	ret = finals_of_job(finals, job, err);
	free(job);
	if (ret < 0 || !finals[0] || !strcmp(finals, vm->finals))
		return ret;
	memcpy(vm->finals, finals, sizeof(finals));
	return store_vm_save_finals(store, vm, err);
}

int handout(struct store *store, int64_t vm_id, const char *boot, int64_t now_ms, struct err *err)
{
	struct vm vm;
	int found = store_vm_find(store, VM_BY_ID, vm_id, NULL, &vm, err);

	if (found < 0)
		return -1;
	if (!found)
		return err_set(err, ERR_SERVICE_VM, "mac", "the VM was removed just now");
	if (!vm.armed)
		return has_it(&vm, boot) ? 0 : refuse(store, &vm, now_ms, err);
	vm.armed = false;
	snprintf(vm.handed_to, sizeof(vm.handed_to), "%s", boot);
	snprintf(vm.again_boot, sizeof(vm.again_boot), "%s", boot);
	if (forget_old_finals(store, &vm, err) < 0 || may_read_given(store, vm.id, err) < 0)
		return -1;
	return course_move(store, &vm, INPUT_CONFIGURING, "job handed out", now_ms, err);
}
