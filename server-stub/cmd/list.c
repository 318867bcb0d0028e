#include <jansson.h>
#include <stdio.h>
#include <string.h>

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

/* Which VMs, and what becomes of them. */
struct listing {
	const char *group; /* NULL: all */
	json_t *array;     /* NULL: as text */
};

static void print_row(const struct vm *vm)
{
	char seen[TEXT_TIME_MAX];

	printf("%-16s %-12s %-17s %-15s %-20s %-12s %-5s %s\n", vm->name,
	       vm->group[0] ? vm->group : "-", vm->mac, vm->address[0] ? vm->address : "any",
	       vm_state_name(vm->state), vm->step[0] ? vm->step : "-", vm_held(vm) ? "held" : "-",
	       vm->seen_ms ? text_time(seen, vm->seen_ms) : "-");
}

static void take_row(void *arg, const struct vm *vm)
{
	struct listing *listing = arg;

	if (listing->group && strcmp(vm->group, listing->group) != 0)
		return;
	if (listing->array)
		json_array_append_new(listing->array, vm_json(vm));
	else
		print_row(vm);
}

static int list_json(struct store *store, struct listing *listing, struct err *err)
{
	int ret;

	listing->array = json_array();
	ret = store_vm_each(store, take_row, listing, err);
	if (ret == 0)
		ret = print_json(listing->array, err);
	json_decref(listing->array);
	return ret;
}

static int list_text(struct store *store, struct listing *listing, struct err *err)
{
	printf("%-16s %-12s %-17s %-15s %-20s %-12s %-5s %s\n", "NAME", "GROUP", "MAC", "ADDRESS",
	       "STATE", "STEP", "HOLD", "SEEN (UTC)");
	return store_vm_each(store, take_row, listing, err);
}

static int run(char **operands, size_t count, struct err *err)
{
	struct listing listing = {.group = count ? operands[0] : NULL};
	struct open open;
	int ret;

	if (open_data(&open, err) < 0)
		return -1;
	ret = json ? list_json(open.store, &listing, err) : list_text(open.store, &listing, err);
	close_data(&open);
	return ret;
}

const struct command cmd_list = {
	.name = "list",
	.operands = "[GROUP]",
	.operands_max = 1,
	.summary = "List the VMs, or those of a group, with state and step",
	.options = options,
	.run = run,
};
