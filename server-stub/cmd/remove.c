#include <stdio.h>

#include "cmd/open.h"
#include "cmd/command.h"

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

static int run(char **operands, size_t count, struct err *err)
{
	struct open open;
	struct vm vm;
	int ret;

	(void)count;
	if (open_data(&open, err) < 0)
		return -1;
	ret = open_vm(&open, operands[0], &vm, err);
	if (ret == 0)
		ret = store_vm_remove(open.store, vm.id, err);
	if (ret == 0)
		ret = sync_net(&open, err);
	close_data(&open);
	if (ret == 0)
		printf("%s %s removed\n", vm.name, vm.mac);
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
