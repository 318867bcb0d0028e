#include "course/action.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cutover/group.h"

struct deed {
	struct store *store;
	struct cutover_group *waves; /* of the VM's group, read when it is asked for first */
	const char *cause;
	int64_t now_ms;
	struct err *err;
};

/* A first boot that failed stays, and asks: it is told to begin anew. */
static int retry(const struct deed *deed, struct vm *vm)
{
	const bool anew = vm->state == VM_ERROR && vm->before == VM_FIRST_BOOT;
	int ret = course_move(deed->store, vm, INPUT_RETRY, deed->cause, deed->now_ms, deed->err);

	if (ret || !anew)
		return ret;
	vm->anew = true;
	return store_vm_save(deed->store, vm, deed->err);
}

static int cancel(const struct deed *deed, struct vm *vm)
{
	return course_move(deed->store, vm, INPUT_CANCEL, deed->cause, deed->now_ms, deed->err);
}

static int mark(const struct deed *deed, struct vm *vm)
{
	return course_move(deed->store, vm, INPUT_MARK, deed->cause, deed->now_ms, deed->err);
}

static int reopen(const struct deed *deed, struct vm *vm)
{
	return course_move(deed->store, vm, INPUT_REOPEN, deed->cause, deed->now_ms, deed->err);
}

static int refuse_unheard(const struct deed *deed, const struct vm *vm)
{
	char cause[300];

	snprintf(cause, sizeof(cause), "refused: %s, nothing is heard of it", deed->cause);
	if (course_note(deed->store, vm, cause, deed->now_ms, deed->err) < 0)
		return -1;
	err_set(deed->err, ERR_SERVICE_STATE, vm->name,
		"%s: nothing was heard of it for %d s, so it can't be told; when it runs, give `newroot cutover` on it; --mark notes that this was done",
		deed->cause, ATTENDS_SECONDS);
	return COURSE_REFUSED;
}

/* The VM in the order of its group's cutover; NULL with the error. */
static const struct cutover_vm *place_of(const struct deed *deed, const struct vm *vm)
{
	struct cutover_group *waves = deed->waves;

	if (!waves->count && cutover_group_load_order(waves, deed->store, vm, deed->err) < 0)
		return NULL;
	for (size_t i = 0; i < waves->count; i++)
		if (waves->vm[i].vm.id == vm->id)
			return &waves->vm[i];
	err_set(deed->err, ERR_SERVICE_VM, vm->name, "it is not in its group");
	return NULL;
}

/*
 * It was cut over by hand, and says so: nobody there waits for an order any more. One who orders it wants no more than that; an order
 * that nothing answers would keep the waves behind it waiting.
 */
static int take_its_word(const struct deed *deed, struct vm *vm)
{
	char cause[300];

	snprintf(cause, sizeof(cause), "%s: done by hand, as it says", deed->cause);
	return course_move(deed->store, vm, INPUT_MARK, cause, deed->now_ms, deed->err);
}

static int cut_over(const struct deed *deed, struct vm *vm)
{
	const struct cutover_vm *place;
	int ret = course_move(deed->store, vm, INPUT_ORDER, deed->cause, deed->now_ms, deed->err);

	if (ret || vm->state == VM_CUT_OVER || vm->cutover_ms)
		return ret;
	place = place_of(deed, vm);
	if (!place)
		return -1;
	if (!place->migrating)
		return mark(deed, vm);
	if (vm->claimed_ms)
		return take_its_word(deed, vm);
	if (vm->seen_ms < deed->now_ms - ATTENDS_SECONDS * 1000)
		return refuse_unheard(deed, vm);
	vm->cutover_ms = deed->now_ms;
	vm->cutover_wave = place->wave;
	if (course_note(deed->store, vm, deed->cause, deed->now_ms, deed->err) < 0)
		return -1;
	return store_vm_save(deed->store, vm, deed->err);
}

/* A token lasts for one installation: whoever read the old boot entry has nothing. */
static int renew_token(const struct deed *deed, struct vm *vm)
{
	if (vm->token_hash[0]) {
		if (token_new(vm->token, deed->err) < 0)
			return -1;
		token_hash(vm->token_hash, vm->token);
	}
	snprintf(vm->mode, sizeof(vm->mode), "install");
	return store_vm_save_boot(deed->store, vm, deed->err);
}

static int arm(const struct deed *deed, struct vm *vm)
{
	int ret = course_move(deed->store, vm, INPUT_ARM, deed->cause, deed->now_ms, deed->err);

	return ret ? ret : renew_token(deed, vm);
}

static int set_hold(const struct deed *deed, struct vm *vm, bool hold)
{
	vm->hold = hold;
	if (!hold)
		vm->holding = false;
	if (course_note(deed->store, vm, deed->cause, deed->now_ms, deed->err) < 0)
		return -1;
	return store_vm_save(deed->store, vm, deed->err);
}

static int hold(const struct deed *deed, struct vm *vm)
{
	return set_hold(deed, vm, true);
}

static int release(const struct deed *deed, struct vm *vm)
{
	return set_hold(deed, vm, false);
}

/* The group itself is held; its VMs' histories tell of it. */
static int hold_with_group(const struct deed *deed, struct vm *vm)
{
	return course_note(deed->store, vm, deed->cause, deed->now_ms, deed->err);
}

/* A hold of the VM's own stays. */
static int release_with_group(const struct deed *deed, struct vm *vm)
{
	if (vm->holding) {
		vm->holding = false;
		if (store_vm_save(deed->store, vm, deed->err) < 0)
			return -1;
	}
	return course_note(deed->store, vm, deed->cause, deed->now_ms, deed->err);
}

static bool always(const struct vm *vm)
{
	(void)vm;
	return true;
}

static bool in_error(const struct vm *vm)
{
	return vm->state == VM_ERROR;
}

static bool is_cut_over(const struct vm *vm)
{
	return vm->state == VM_CUT_OVER;
}

static bool in_group_to_cancel(const struct vm *vm)
{
	return vm->state != VM_CUT_OVER && vm->state != VM_CANCELLED;
}

static const struct {
	const char *name;
	int (*act)(const struct deed *deed, struct vm *vm);
	/* Done to a group: to which of its VMs, and what to each. */
	bool (*of_group)(const struct vm *vm);
	int (*with_group)(const struct deed *deed, struct vm *vm);
} actions[ACTIONS] = {
	[ACTION_RETRY] = {"retry", retry, in_error, retry},
	[ACTION_ARM] = {"arm", arm, vm_is_created, arm},
	[ACTION_HOLD] = {"hold", hold, always, hold_with_group},
	[ACTION_RELEASE] = {"release", release, always, release_with_group},
	[ACTION_CANCEL] = {"cancel", cancel, in_group_to_cancel, cancel},
	[ACTION_CUT_OVER] = {"cutover", cut_over, always, cut_over},
	[ACTION_MARK] = {"mark", mark, always, mark},
	[ACTION_REOPEN] = {"reopen", reopen, is_cut_over, reopen},
};

enum action action_by_name(const char *name)
{
	enum action action = 0;

	while (action < ACTIONS && strcmp(actions[action].name, name) != 0)
		action++;
	return action;
}

const char *action_name(enum action action)
{
	return action < ACTIONS ? actions[action].name : "unknown";
}

int action_vm(struct store *store, const char *name, enum action action, const char *who,
	      int64_t now_ms, struct err *err)
{
	char cause[200];
	struct cutover_group waves = {0};
	const struct deed deed = {store, &waves, cause, now_ms, err};
	struct vm vm;
	int ret;

	snprintf(cause, sizeof(cause), "%s by %s", action_name(action), who);
	if (course_find(store, name, &vm, err) < 0)
		return -1;
	ret = actions[action].act(&deed, &vm);
	cutover_group_free(&waves);
	return ret;
}

/* The ids first: acting on VMs while a statement walks over them would disturb it. */
struct members {
	const char *group;
	bool (*applies)(const struct vm *vm);
	int64_t *id;
	size_t count, all;
	bool failed;
};

static void add_member(void *arg, const struct vm *vm)
{
	struct members *members = arg;
	int64_t *grown;

	/* VMs without a group are none. */
	if (!vm->group[0] || strcmp(vm->group, members->group) != 0)
		return;
	members->all++;
	if (!members->applies(vm) || members->failed)
		return;
	grown = reallocarray(members->id, members->count + 1, sizeof(*grown));
	if (!grown) {
		members->failed = true;
		return;
	}
	members->id = grown;
	grown[members->count++] = vm->id;
}

static int find_members(struct store *store, struct members *members, struct err *err)
{
	if (store_vm_each(store, add_member, members, err) < 0)
		return -1;
	if (members->failed)
		return err_set(err, ERR_MEMORY, members->group, "no memory for its VMs");
	if (!members->all)
		return err_set(err, ERR_SERVICE_VM, members->group,
			       "there is no VM in a group of this name");
	return 0;
}

static int act_on_all(const struct deed *deed, const struct members *members, enum action action)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < members->count; i++) {
		struct vm vm;
		int found =
			store_vm_find(deed->store, VM_BY_ID, members->id[i], NULL, &vm, deed->err);

		if (found > 0)
			ret = actions[action].with_group(deed, &vm);
		else if (found < 0)
			ret = -1;
	}
	return ret;
}

int action_group(struct store *store, const char *group, enum action action, const char *who,
		 int64_t now_ms, struct err *err)
{
	char cause[200];
	struct cutover_group waves = {0};
	const struct deed deed = {store, &waves, cause, now_ms, err};
	struct members members = {.group = group, .applies = actions[action].of_group};
	int ret;

	snprintf(cause, sizeof(cause), "%s of the group by %s", action_name(action), who);
	ret = find_members(store, &members, err);
	if (ret == 0)
		ret = act_on_all(&deed, &members, action);
	if (ret == 0 && (action == ACTION_HOLD || action == ACTION_RELEASE))
		ret = store_group_hold(store, group, action == ACTION_HOLD, err) < 0 ? -1 : 0;
	free(members.id);
	cutover_group_free(&waves);
	/* A refusal by one undoes what was done to the others: the caller rolls back. */
	return ret == COURSE_REFUSED ? -1 : ret;
}
