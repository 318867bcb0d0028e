#include <stdio.h>

#include "cmd/command.h"
#include "cmd/open.h"
#include "cutover/hosts.h"
#include "util/text.h"

static bool removal;

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{"remove", OPTION_FLAG, &removal, NULL, "print the command that takes the lines out again"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

static int print_lines(const char *name, struct err *err)
{
	struct cutover_group group;
	struct open open;
	int ret;

	if (open_data(&open, err) < 0)
		return -1;
	ret = cutover_group_load(&group, open.store, name, err);
	if (ret == 0)
		ret = hosts_print(stdout, &group, wall_ms(), err);
	cutover_group_free(&group);
	close_data(&open);
	return ret;
}

/* Lines are taken out from the name alone: the group may be gone from the service by then. */
static int run(char **operands, size_t count, struct err *err)
{
	(void)count;
	if (name_check(operands[0], "group", err) < 0)
		return -1;
	if (!removal)
		return print_lines(operands[0], err);
	hosts_print_removal(stdout, operands[0]);
	return 0;
}

const struct command cmd_hosts = {
	.name = "hosts",
	.operands = "GROUP",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Print /etc/hosts lines: a group's public names at their new addresses",
	.options = options,
	.run = run,
};
