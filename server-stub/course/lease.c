#include "course/lease.h"

#include <stdio.h>
#include <string.h>

static const char *const reports[LEASE_REPORTS] = {"taken", "done", "failed"};

/* What each work is called, where it begins, and the input that its end is. */
static const struct {
	const char *name;
	enum vm_state wanted, taken; /* the state before, and while somebody is at it */
	enum vm_state last;          /* in which it may still turn out to have failed */
	enum vm_input done;
} works[] = {
	[WORK_CREATE] = {"creating", VM_NEEDS_CREATING, VM_NEEDS_CREATING, VM_CREATED,
			 INPUT_CREATED},
	[WORK_PROVISION] = {"provisioning", VM_NEEDS_PROVISIONING, VM_PROVISIONING, VM_PROVISIONING,
			    INPUT_PROVISIONED},
};

enum lease_report lease_report_by_name(const char *name)
{
	enum lease_report report = 0;

	while (report < LEASE_REPORTS && strcmp(reports[report], name) != 0)
		report++;
	return report;
}

static bool leased(const struct vm *vm, int64_t steady_ms)
{
	return vm->lease_by[0] && vm->lease_until_ms > steady_ms;
}

bool lease_open(const struct vm *vm, enum work work, int64_t steady_ms)
{
	if (!vm->imported || vm_held(vm) || leased(vm, steady_ms))
		return false;
	/* One that was taken and given up comes back; one that was reported done has no lease. */
	return vm->state == works[work].wanted ||
	       (vm->state == works[work].taken && vm->lease_by[0]);
}

static bool is_holder(const struct vm *vm, const char *creator, int64_t steady_ms)
{
	return leased(vm, steady_ms) && !strcmp(vm->lease_by, creator);
}

static int take(struct store *store, struct vm *vm, enum work work, const char *creator,
		const char *cause, const struct moment *now, struct err *err)
{
	if (!is_holder(vm, creator, now->steady_ms) && !lease_open(vm, work, now->steady_ms))
		return course_refuse(store, vm, cause, now->wall_ms, err);
	if (work == WORK_PROVISION) {
		int ret = course_move(store, vm, INPUT_PROVISIONING, cause, now->wall_ms, err);

		if (ret)
			return ret;
	} else if (!is_holder(vm, creator, now->steady_ms) &&
		   course_note(store, vm, cause, now->wall_ms, err) < 0) {
		return -1;
	}
	snprintf(vm->lease_by, sizeof(vm->lease_by), "%s", creator);
	vm->lease_until_ms = now->steady_ms + LEASE_SECONDS * 1000;
	return store_vm_save(store, vm, err);
}

/* A failure is an input of both works: it must be of the one that the VM is, or was, at. */
static bool may_fail(const struct vm *vm, enum work work)
{
	const enum vm_state state = vm->state == VM_ERROR ? vm->before : vm->state;

	return state >= works[work].wanted && state <= works[work].last;
}

static int fail(struct store *store, struct vm *vm, enum work work, const char *cause,
		const char *message, int64_t now_ms, struct err *err)
{
	int ret = may_fail(vm, work) ? course_move(store, vm, INPUT_FAILED, cause, now_ms, err)
				     : course_refuse(store, vm, cause, now_ms, err);

	if (ret)
		return ret;
	vm->lease_by[0] = '\0';
	snprintf(vm->error, sizeof(vm->error), "creator.failed: %s: %.900s", works[work].name,
		 message && message[0] ? message : "the creator says no more");
	snprintf(vm->hold_step, sizeof(vm->hold_step), "%s", works[work].name);
	return store_vm_save(store, vm, err);
}

static int finish(struct store *store, struct vm *vm, enum work work, const char *cause,
		  int64_t now_ms, struct err *err)
{
	int ret = course_move(store, vm, works[work].done, cause, now_ms, err);

	if (ret)
		return ret;
	vm->lease_by[0] = '\0';
	if (!strcmp(vm->hold_step, works[work].name))
		vm->holding = false;
	return store_vm_save(store, vm, err);
}

int lease_report(struct store *store, struct vm *vm, enum work work, enum lease_report report,
		 const char *creator, const char *message, const struct moment *now,
		 struct err *err)
{
	char cause[200];

	snprintf(cause, sizeof(cause), "%s %s by %s", works[work].name, reports[report], creator);
	if (report == LEASE_TAKEN)
		return take(store, vm, work, creator, cause, now, err);
	if (leased(vm, now->steady_ms) && strcmp(vm->lease_by, creator) != 0)
		return course_refuse(store, vm, cause, now->wall_ms, err);
	if (report == LEASE_FAILED)
		return fail(store, vm, work, cause, message, now->wall_ms, err);
	return finish(store, vm, work, cause, now->wall_ms, err);
}

int lease_begin_anew(struct store *store, int64_t steady_ms, struct err *err)
{
	return store_lease_all(store, steady_ms + LEASE_SECONDS * 1000, err);
}
