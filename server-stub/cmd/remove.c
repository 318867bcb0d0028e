#include <stdio.h>

#include "cmd/open.h"
#include "cmd/command.h"
#include "vm/course.h"

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

struct removing {
	const char *name;
	struct vm vm;
};

/* A group is there while it has VMs: a hold of it must not come back with a later one. */
static int remove_from_store(struct store *store, void *arg, struct err *err)
{
	struct removing *removing = arg;

	if (course_find(store, removing->name, &removing->vm, err) < 0 ||
	    course_remove(store, &removing->vm, err) < 0)
		return -1;
	return store_group_remove(store, removing->vm.group, err);
}

static int run(char **operands, size_t count, struct err *err)
{
	struct removing removing = {.name = operands[0]};
	struct open open;
	int ret;

	(void)count;
	if (open_data(&open, err) < 0)
		return -1;
	ret = change_data(&open, remove_from_store, &removing, err);
	close_data(&open);
	if (ret == 0)
		printf("%s %s removed\n", removing.vm.name, removing.vm.mac);
	return ret;
}

const struct command cmd_remove = {
	.name = "remove",
	.operands = "NAME",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Forget a VM, its events and its boot entries",
	.options = options,
	.run = run,
};
