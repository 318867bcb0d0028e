#include <stdio.h>

#include "cmd/open.h"
#include "cmd/command.h"

static bool group;

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{"group", OPTION_FLAG, &group, NULL, "NAME is a group: all its VMs"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

static int set_hold(const char *name, bool hold, struct err *err)
{
	struct open open;
	int found;

	if (open_data(&open, err) < 0)
		return -1;
	found = store_hold(open.store, group ? HOLD_GROUP : HOLD_VM, name, hold, err);
	close_data(&open);
	if (found == 0)
		return err_set(err, ERR_SERVICE_VM, name, "there is no %s of this name",
			       group ? "group" : "VM");
	if (found > 0)
		printf("%s %s\n", name, hold ? "is held" : "is released");
	return found < 0 ? -1 : 0;
}

static int run_hold(char **operands, size_t count, struct err *err)
{
	(void)count;
	return set_hold(operands[0], true, err);
}

static int run_release(char **operands, size_t count, struct err *err)
{
	(void)count;
	return set_hold(operands[0], false, err);
}

const struct command cmd_hold = {
	.name = "hold",
	.operands = "NAME",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Let a VM stop at its next step boundary",
	.options = options,
	.run = run_hold,
};

const struct command cmd_release = {
	.name = "release",
	.operands = "NAME",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Let a held VM go on",
	.options = options,
	.run = run_release,
};
