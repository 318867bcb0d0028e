#include "course/intake.h"

#include <stdio.h>
#include <string.h>

#include "course/follow.h"
#include "course/handout.h"
#include "util/limits.h"

struct course {
	struct store *store;
	struct vm vm;
	struct boot boot;
	int64_t now_ms;
	struct intake *result;
	struct err *err;
};

/* First boot is done, and what it needed on the VM is removed there, too. */
static int leave_secrets(struct course *course)
{
	const enum vm_state state = course->vm.state;

	return state == VM_COMPLETE || state == VM_CUT_OVER
		       ? handout_forget_secrets(course->store, &course->vm, course->err)
		       : 0;
}

static int note_change(struct course *course, const struct event *event, enum vm_state to)
{
	char cause[160];
	const bool refused = to == VM_REFUSED;
	const struct change_row row = {
		.by_vm = true,
		.at_ms = course->now_ms,
		.from = vm_state_name(course->vm.state),
		.to = vm_state_name(refused ? course->vm.state : to),
		.cause = cause,
	};

	snprintf(cause, sizeof(cause), "%s%s, event %lld of boot %s", refused ? "refused: " : "",
		 vm_input_name(event->input), (long long)event->seq, course->boot.uuid);
	return store_change_add(course->store, course->vm.id, &row, course->err);
}

/* Whether it waits for its peers: nobody else has a first boot wait but who holds the VM. */
static bool waits_for_peers(const struct vm *vm, const struct event *event)
{
	return event->waiting[0] && vm->state == VM_FIRST_BOOT && !vm_held(vm);
}

/*
 * A VM whose error holds its group lets go once the step that failed is behind it; and when it waits for peers, which could
 * not go on while it holds them.
 */
static void let_go(struct vm *vm, const struct event *event)
{
	if (vm->holding && ((event->passed && !strcmp(event->step, vm->hold_step)) ||
			    event->input == INPUT_INSTALLED || event->input == INPUT_COMPLETE ||
			    event->input == INPUT_CUT_OVER || waits_for_peers(vm, event)))
		vm->holding = false;
}

/* "CODE: …": it waited for one of those whom it would hold. */
static bool is_late_peer(const struct event *event)
{
	const char *code = err_name(ERR_PEER_LATE);
	const size_t size = strlen(code);

	return !strncmp(event->error, code, size) && event->error[size] == ':';
}

static void note_error(struct course *course, const struct event *event)
{
	struct vm *vm = &course->vm;

	if (is_late_peer(event))
		vm->holding = false;
	if (event->error[0])
		memcpy(vm->error, event->error, sizeof(vm->error));
	memcpy(vm->again_boot, course->boot.uuid, sizeof(vm->again_boot));
	if (event->step[0])
		memcpy(vm->hold_step, event->step, sizeof(vm->hold_step));
}

static void follow_step(struct vm *vm, const struct event *event)
{
	const bool counts = event->begins || event->progress.item[0];

	/* Two may report in turn, a pass of sync and what it is given beside. */
	if (event->step[0] && (counts || event->input == INPUT_ERROR))
		memcpy(vm->step, event->step, sizeof(vm->step));
	if (counts)
		vm->progress = event->progress;
	if (event->waits)
		memcpy(vm->waiting, event->waiting, sizeof(vm->waiting));
	if (event->input == INPUT_FIRST_BOOT)
		vm->anew = false;
	let_go(vm, event);
}

/*
 * An agent tells its error, cleans up, and says then that its state is `error`: a retry given in between must not be undone
 * by that.
 */
static bool repeats_error(const struct vm *vm, const struct boot *boot, const struct event *event)
{
	return event->input == INPUT_ERROR && !strcmp(event->type, "state") &&
	       vm->state != VM_ERROR && !strcmp(vm->again_boot, boot->uuid) &&
	       strcmp(vm->handed_to, boot->uuid) != 0;
}

/*
 * A VM may say that it is in service; that it is so is decided here, by an order or a mark: whoever has its token could
 * let its group's next wave go, and end what can be done with it.
 */
static int note_claim(struct course *course, const struct event *event)
{
	struct vm *vm = &course->vm;

	if (vm->claimed_ms)
		return 0;
	vm->claimed_ms = course->now_ms;
	return note_change(course, event, VM_REFUSED);
}

static bool is_claim(const struct vm *vm, const struct event *event)
{
	return event->input == INPUT_CUT_OVER && !vm->cutover_ms && vm->state != VM_CUT_OVER &&
	       vm->state != VM_CANCELLED;
}

/* Let the VM follow one event that is new and the latest of a boot that is followed. */
static int follow(struct course *course, const struct event *event)
{
	struct vm *vm = &course->vm;
	enum vm_state to = vm_state_next(vm->state, vm->before, event->input);

	if (repeats_error(vm, &course->boot, event))
		return 0;
	if (is_claim(vm, event))
		return note_claim(course, event);
	follow_step(vm, event);
	if (event->input != INPUT_NONE)
		vm->claimed_ms = 0;
	if (to != vm->state && note_change(course, event, to) < 0)
		return -1;
	if (to != VM_REFUSED && to != vm->state) {
		vm_enter(vm, to, course->now_ms);
		if (leave_secrets(course) < 0)
			return -1;
	}
	if (event->input == INPUT_ERROR && vm->state == VM_ERROR)
		note_error(course, event);
	return 0;
}

/* What a boot that isn't followed says of the VM's state is seen when no state of it allows that. */
static int note_stranger(struct course *course, const struct event *event)
{
	const struct vm *vm = &course->vm;
	const bool refused = vm_state_next(vm->state, vm->before, event->input) == VM_REFUSED;

	return refused && course->boot.newest ? note_change(course, event, VM_REFUSED) : 0;
}

/* Which boots are newer depends on what they are: it is read anew. */
static int learn_life(struct course *course, enum boot_life life)
{
	struct boot *boot = &course->boot;

	if (life == LIFE_UNKNOWN || life == boot->life || boot->life == LIFE_BESIDE)
		return 0;
	boot->life = life;
	if (store_boot_save(course->store, boot, course->err) < 0)
		return -1;
	return store_boot_open(course->store, boot->vm, boot->uuid, course->now_ms, boot,
			       course->err);
}

/* What an older boot of the agent shows late is passed over. */
static int keep_plan(struct course *course, const struct event *event)
{
	if (!event->shown || !course->boot.newest)
		return 0;
	return store_plan_save(course->store, course->vm.id, event->shown, course->err);
}

static int take(struct course *course, const struct event *event)
{
	struct boot *boot = &course->boot;
	int added = store_event_add(course->store, boot, event, course->now_ms, course->err);

	if (added <= 0)
		return added;
	boot->stored++;
	course->result->added++;
	if (event->seq <= boot->taken)
		return 0;
	if (event->seq > boot->taken + 1) {
		course->result->gap_from = boot->taken + 1;
		course->result->gap_to = event->seq - 1;
	}
	boot->taken = event->seq;
	if (learn_life(course, event_life(event)) < 0 || keep_plan(course, event) < 0)
		return -1;
	return boot_is_followed(&course->vm, boot) ? follow(course, event)
						   : note_stranger(course, event);
}

/* The boot that has the job is gone, and this one waits for a new one: the operator has to be told. */
static int tell_lost_job(struct course *course)
{
	const struct event lost = {.input = INPUT_ERROR, .seq = course->boot.taken};
	struct vm *vm = &course->vm;

	if (note_change(course, &lost, VM_ERROR) < 0)
		return -1;
	vm_enter(vm, VM_ERROR, course->now_ms);
	snprintf(
		vm->error, sizeof(vm->error),
		"%s: boot %s: it has the job, and was not heard of for %d s; boot %s came after it and got none",
		err_name(ERR_SERVICE_NOT_ARMED), vm->handed_to, JOB_SILENT_SECONDS,
		course->boot.uuid);
	memcpy(vm->again_boot, course->boot.uuid, sizeof(vm->again_boot));
	return 0;
}

/* Old boots make room for new events; one boot that fills it all alone is refused. */
static int make_room(struct course *course, int64_t events)
{
	int64_t count, freed;
	int forgot;

	for (;;) {
		if (store_event_count(course->store, course->vm.id, &count, course->err) < 0)
			return -1;
		if (count + events <= VM_EVENTS_MAX)
			return 0;
		forgot =
			store_boot_forget_oldest(course->store, &course->boot, &freed, course->err);
		if (forgot < 0)
			return -1;
		if (!forgot)
			return err_set(course->err, ERR_SERVICE_LIMIT, "events",
				       "%lld events of '%s' are stored, at most %d are kept",
				       (long long)count, course->vm.name, VM_EVENTS_MAX);
	}
}

/* The same by bytes; read only now and then, for all of them have to be. */
static int make_room_for_bytes(struct course *course)
{
	int64_t bytes, freed;
	int forgot;

	if (store_event_bytes(course->store, course->vm.id, &bytes, course->err) < 0)
		return -1;
	while (bytes > VM_EVENT_BYTES_MAX) {
		forgot =
			store_boot_forget_oldest(course->store, &course->boot, &freed, course->err);
		if (forgot < 0)
			return -1;
		if (!forgot)
			return err_set(
				course->err, ERR_SERVICE_LIMIT, "events",
				"%lld bytes of events of '%s' are stored, at most %lld are kept",
				(long long)bytes, course->vm.name, VM_EVENT_BYTES_MAX);
		bytes -= freed;
	}
	return 0;
}

static int open_course(struct course *course, int64_t vm_id, const struct event_list *events)
{
	struct err *err = course->err;
	int found = store_vm_find(course->store, VM_BY_ID, vm_id, NULL, &course->vm, err);

	if (found < 0)
		return -1;
	if (!found)
		return err_set(err, ERR_SERVICE_VM, "mac", "the VM was removed just now");
	if (store_boot_open(course->store, vm_id, events->boot, course->now_ms, &course->boot,
			    err) < 0)
		return -1;
	if (events->weigh && make_room_for_bytes(course) < 0)
		return -1;
	return make_room(course, (int64_t)events->count);
}

/*
 * Whether the boot that got the job last, or failed since, may ask for it anew; or has its first boot to do again. An
 * error waits for the operator.
 */
static bool begins_anew(const struct vm *vm, const struct boot *boot)
{
	const bool installs = vm_state_next(vm->state, vm->before, INPUT_CONFIGURING) != VM_REFUSED;

	if (vm->anew)
		return boot_is_followed(vm, boot);
	return vm->armed && installs && !strcmp(vm->again_boot, boot->uuid);
}

int intake_events(struct store *store, int64_t vm_id, const struct event_list *events,
		  int64_t now_ms, struct intake *result, struct err *err)
{
	struct course course = {.store = store, .now_ms = now_ms, .result = result, .err = err};

	memset(result, 0, sizeof(*result));
	if (open_course(&course, vm_id, events) < 0)
		return -1;
	result->from = course.vm.state;
	for (size_t i = 0; i < events->count; i++)
		if (take(&course, &events->item[i]) < 0)
			return -1;
	if (boot_is_followed(&course.vm, &course.boot)) {
		course.vm.seen_ms = now_ms;
		if (events->anchors[0] && store_trust_save(store, vm_id, events->anchors, err) < 0)
			return -1;
	}
	if (boot_is_left_alone(&course.vm, &course.boot, now_ms) && tell_lost_job(&course) < 0)
		return -1;
	result->taken = course.boot.taken;
	result->hold = vm_held(&course.vm);
	result->again = begins_anew(&course.vm, &course.boot);
	/* Whoever attends the VM may be older than a pass of its sync, which reports as a boot of its own. */
	result->cutover = vm_cuts_over(&course.vm);
	result->to = course.vm.state;
	if (store_boot_save(store, &course.boot, err) < 0)
		return -1;
	return store_vm_save(store, &course.vm, err);
}
