/* remove: a VM, or all of a group. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/open.h"
#include "course/course.h"

static bool group;

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{"group", OPTION_FLAG, &group, NULL, "NAME is a group: all its VMs"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

struct removing {
	const char *name;
	struct vm *vm;
	size_t count;
	bool failed; /* out of memory */
};

static void add_vm(void *arg, const struct vm *vm)
{
	struct removing *removing = arg;
	struct vm *grown;

	if (removing->failed || strcmp(group ? vm->group : vm->name, removing->name) != 0)
		return;
	grown = reallocarray(removing->vm, removing->count + 1, sizeof(*grown));
	removing->failed = !grown;
	if (!grown)
		return;
	removing->vm = grown;
	grown[removing->count++] = *vm;
}

static int find_vms(struct store *store, struct removing *removing, struct err *err)
{
	if (store_vm_each(store, add_vm, removing, err) < 0)
		return -1;
	if (removing->failed)
		return err_set(err, ERR_MEMORY, removing->name, "no memory for its VMs");
	if (!removing->count)
		return err_set(err, ERR_SERVICE_VM, removing->name, "there is no VM %s",
			       group ? "in a group of this name" : "of this name");
	return 0;
}

/* A group is there while it has VMs: a hold of it must not come back with a later one. */
static int remove_from_store(struct store *store, void *arg, struct err *err)
{
	struct removing *removing = arg;

	if (find_vms(store, removing, err) < 0)
		return -1;
	for (size_t i = 0; i < removing->count; i++)
		if (course_remove(store, &removing->vm[i], err) < 0)
			return -1;
	return store_group_remove(store, removing->vm[0].group, err);
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
	for (size_t i = 0; ret == 0 && i < removing.count; i++)
		printf("%s %s removed\n", removing.vm[i].name, removing.vm[i].mac);
	free(removing.vm);
	return ret;
}

const struct command cmd_remove = {
	.name = "remove",
	.operands = "NAME",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Forget a VM, its events and its boot entries; --group: all of a group",
	.options = options,
	.run = run,
};
