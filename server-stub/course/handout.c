#include "course/handout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "course/may_read.h"
#include "vm/finals.h"
#include "vm/reach.h"
#include "vm/secrets_in.h"

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
	return course_refuse_by_vm(store, vm, cause, now_ms, err);
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

static int find(struct store *store, int64_t vm_id, struct vm *vm, struct err *err)
{
	int found = store_vm_find(store, VM_BY_ID, vm_id, NULL, vm, err);

	if (found == 0)
		err_set(err, ERR_SERVICE_VM, "mac", "the VM was removed just now");
	return found > 0 ? 0 : -1;
}

/* By an installation without them its databases would be open, or its replicas wait for ever. */
static int refuse_secretless(struct store *store, const struct vm *vm, int64_t now_ms,
			     struct err *err)
{
	char cause[300];

	snprintf(
		cause, sizeof(cause),
		"its job's passwords left the store when they had been used; `newroot-server %s` brings them back",
		vm->imported ? "import` of its document" : "remove` and `add");
	return course_refuse_by_vm(store, vm, cause, now_ms, err);
}

int handout(struct store *store, int64_t vm_id, const char *boot, int64_t now_ms, struct err *err)
{
	struct vm vm;

	if (find(store, vm_id, &vm, err) < 0)
		return -1;
	if (!vm.armed)
		return has_it(&vm, boot) && vm_configures(&vm) ? 0
							       : refuse(store, &vm, now_ms, err);
	if (vm.secretless)
		return refuse_secretless(store, &vm, now_ms, err);
	vm.armed = false;
	snprintf(vm.handed_to, sizeof(vm.handed_to), "%s", boot);
	snprintf(vm.again_boot, sizeof(vm.again_boot), "%s", boot);
	if (forget_old_finals(store, &vm, err) < 0 || may_read_given(store, vm.id, err) < 0)
		return -1;
	return course_move_by_vm(store, &vm, INPUT_CONFIGURING, "job handed out", now_ms, err);
}

int handout_look(struct store *store, int64_t vm_id, const char *peer, int64_t now_ms,
		 struct err *err)
{
	char cause[160];
	struct vm vm;

	if (find(store, vm_id, &vm, err) < 0)
		return -1;
	snprintf(cause, sizeof(cause), "the job is looked at, without secrets, from %s", peer);
	return vm_reach(&vm) == REACH_ALL ? course_note_by_vm(store, &vm, cause, now_ms, err)
					  : course_refuse_by_vm(store, &vm, cause, now_ms, err);
}

int handout_forget_secrets(struct store *store, struct vm *vm, struct err *err)
{
	char *job, *clean;
	int ret;

	if (store_vm_job(store, vm->id, &job, err) < 0)
		return -1;
	ret = secrets_remove_text(job, &clean, err);
	if (ret == 0 && clean) {
		vm->secretless = true;
		ret = store_vm_save_secretless(store, vm->id, clean, err);
		explicit_bzero(job, strlen(job));
	}
	free(job);
	free(clean);
	return ret;
}
