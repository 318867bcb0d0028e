#include <jansson.h>
#include <stdio.h>

#include "cmd/open.h"
#include "vm/vm_json.h"
#include "cmd/command.h"
#include "util/text.h"

static bool json;

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{"json", OPTION_FLAG, &json, NULL, "as a JSON array"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

static void print_row(void *arg, const struct vm *vm)
{
	char seen[TEXT_TIME_MAX];

	(void)arg;
	printf("%-16s %-17s %-15s %-20s %-12s %-5s %s\n", vm->name, vm->mac,
	       vm->address[0] ? vm->address : "any", vm_state_name(vm->state),
	       vm->step[0] ? vm->step : "-", vm_held(vm) ? "held" : "-",
	       vm->seen_ms ? text_time(seen, vm->seen_ms) : "-");
}

static void add_json(void *arg, const struct vm *vm)
{
	json_array_append_new(arg, vm_json(vm));
}

static int list_json(struct store *store, struct err *err)
{
	json_t *array = json_array();
	int ret = store_vm_each(store, add_json, array, err);

	if (ret == 0)
		ret = print_json(array, err);
	json_decref(array);
	return ret;
}

static int list_text(struct store *store, struct err *err)
{
	printf("%-16s %-17s %-15s %-20s %-12s %-5s %s\n", "NAME", "MAC", "ADDRESS", "STATE", "STEP",
	       "HOLD", "SEEN (UTC)");
	return store_vm_each(store, print_row, NULL, err);
}

static int run(char **operands, size_t count, struct err *err)
{
	struct open open;
	int ret;

	(void)operands, (void)count;
	if (open_data(&open, err) < 0)
		return -1;
	ret = json ? list_json(open.store, err) : list_text(open.store, err);
	close_data(&open);
	return ret;
}

const struct command cmd_list = {
	.name = "list",
	.operands = "",
	.summary = "List the VMs with state and step",
	.options = options,
	.run = run,
};
