/* retry, arm, hold, release, cancel, cutover, reopen: the table of vm/action.h on the command line. */
#include <stdio.h>

#include "cmd/command.h"
#include "cmd/open.h"
#include "course/action.h"
#include "util/text.h"

static bool group, by_hand;

/* clang-format off */
#define GROUP_OPTION {"group", OPTION_FLAG, &group, NULL, "NAME is a group: all its VMs"}
/* clang-format on */

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	GROUP_OPTION,
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

static const struct option_row cutover_options[] = {
	COMMAND_DATA_OPTION,
	GROUP_OPTION,
	{"mark", OPTION_FLAG, &by_hand, NULL, "only note it: the cutover was done on the VM"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

struct acting {
	const char *name;
	enum action action;
};

static int act_in_store(struct store *store, void *arg, struct err *err)
{
	const struct acting *acting = arg;

	return (group ? action_group : action_vm)(store, acting->name, acting->action,
						  "the operator", wall_ms(), err);
}

static int tell(struct store *store, const char *name, struct err *err)
{
	char why[VM_HELD_TEXT], what[VM_HELD_TEXT];
	const char *held, *ordered;
	struct vm vm;

	if (course_find(store, name, &vm, err) < 0)
		return -1;
	held = vm_held_why(&vm, why);
	ordered = vm_ordered_text(&vm, what);
	printf("%s: %s%s%s%s%s\n", vm.name, vm_state_name(vm.state), held ? ", " : "",
	       held ? held : "", ordered ? ", cutover " : "", ordered ? ordered : "");
	return 0;
}

static int act(const char *name, enum action action, struct err *err)
{
	struct acting acting = {name, action};
	struct open open;
	int ret;

	if (open_data(&open, err) < 0)
		return -1;
	ret = change_data(&open, act_in_store, &acting, err);
	if (ret == 0 && group)
		printf("group %s: %s\n", name, action_name(action));
	else if (ret == 0)
		ret = tell(open.store, name, err);
	close_data(&open);
	return ret;
}

#define ACTION_COMMAND(symbol, verb, rows, action, text)                                           \
	static int run_##symbol(char **operands, size_t count, struct err *err)                    \
	{                                                                                          \
		(void)count;                                                                       \
		return act(operands[0], action, err);                                              \
	}                                                                                          \
	const struct command cmd_##symbol = {                                                      \
		.name = verb,                                                                      \
		.operands = "NAME",                                                                \
		.operands_min = 1,                                                                 \
		.operands_max = 1,                                                                 \
		.summary = text,                                                                   \
		.options = rows,                                                                   \
		.run = run_##symbol,                                                               \
	};

ACTION_COMMAND(retry, "retry", options, ACTION_RETRY,
	       "After an error or `cancel`: try again from where that can be done")
ACTION_COMMAND(arm, "arm", options, ACTION_ARM,
	       "Hand the job out once more: at its next network boot the VM's disks are ERASED")
ACTION_COMMAND(hold, "hold", options, ACTION_HOLD, "Let a VM stop at its next step boundary")
ACTION_COMMAND(release, "release", options, ACTION_RELEASE,
	       "Let a held VM go on, and those its error holds")
ACTION_COMMAND(cancel, "cancel", options, ACTION_CANCEL,
	       "Give a VM up for now; `retry` takes it up again")
ACTION_COMMAND(cutover, "cutover", cutover_options, by_hand ? ACTION_MARK : ACTION_CUT_OVER,
	       "Tell a complete VM to put itself into service; --mark: note that it is")
ACTION_COMMAND(reopen, "reopen", options, ACTION_REOPEN,
	       "A VM that is cut over is not in service after all: complete again, and heard again")
