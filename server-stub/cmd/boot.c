#include <stdio.h>

#include "cmd/command.h"
#include "cmd/open.h"
#include "course/course.h"
#include "net/boot_entries.h"

static const char *mode, *parameters;
static bool forget_plan;

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{"mode", OPTION_TEXT, &mode, "MODE", "install, rescue, plan or wait"},
	{"parameters", OPTION_TEXT, &parameters, "WORDS",
	 "more kernel parameters, instead of those set"},
	{"forget-plan", OPTION_FLAG, &forget_plan, NULL,
	 "install on whatever disks the job finds, not on those that a plan showed"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

static int check_options(struct err *err)
{
	if (mode && boot_mode_check(mode, err) < 0)
		return -1;
	return parameters ? boot_parameters_check(parameters, err) : 0;
}

struct rewriting {
	const char *name;
	struct vm vm;
};

static int rewrite(struct store *store, void *arg, struct err *err)
{
	struct rewriting *rewriting = arg;
	struct vm *vm = &rewriting->vm;

	if (course_find(store, rewriting->name, vm, err) < 0)
		return -1;
	if (mode)
		snprintf(vm->mode, sizeof(vm->mode), "%s", mode);
	if (parameters)
		snprintf(vm->parameters, sizeof(vm->parameters), "%s", parameters);
	if (forget_plan && store_plan_forget(store, vm->id, err) < 0)
		return -1;
	return store_vm_save_boot(store, vm, err);
}

static int run(char **operands, size_t count, struct err *err)
{
	struct rewriting rewriting = {.name = operands[0]};
	struct open open;
	int ret;

	(void)count;
	if (check_options(err) < 0 || open_data(&open, err) < 0)
		return -1;
	ret = change_data(&open, rewrite, &rewriting, err);
	close_data(&open);
	if (ret == 0)
		printf("%s boots in mode %s\n", rewriting.vm.name, rewriting.vm.mode);
	return ret;
}

const struct command cmd_boot = {
	.name = "boot",
	.operands = "NAME",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Write a VM's boot entries anew, with another mode if given",
	.options = options,
	.run = run,
};
