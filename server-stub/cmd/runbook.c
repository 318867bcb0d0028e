#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/command.h"
#include "cmd/open.h"
#include "cutover/forward.h"
#include "cutover/runbook.h"
#include "util/text.h"

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

/* The commands have to work from any folder. */
static void print_book(const struct cutover_group *group, const char *data_path)
{
	char path[PATH_MAX];

	runbook_print(stdout, group, realpath(data_path, path) ? path : data_path, wall_ms());
}

static int run(char **operands, size_t count, struct err *err)
{
	struct cutover_group group;
	struct open open;
	int ret;

	(void)count;
	if (open_data(&open, err) < 0)
		return -1;
	ret = cutover_group_load(&group, open.store, operands[0], err);
	if (ret == 0)
		ret = forward_check(&group, err);
	if (ret == 0)
		print_book(&group, open.data.path);
	cutover_group_free(&group);
	close_data(&open);
	return ret;
}

const struct command cmd_runbook = {
	.name = "runbook",
	.operands = "GROUP",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Print the cutover of a group step by step, as Markdown",
	.options = options,
	.run = run,
};
