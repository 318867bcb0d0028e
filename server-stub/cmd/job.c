#include <stdio.h>
#include <stdlib.h>

#include "cmd/command.h"
#include "cmd/open.h"
#include "course/course.h"

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

static int run(char **operands, size_t count, struct err *err)
{
	char *job = NULL;
	struct open open;
	struct vm vm;
	int ret;

	(void)count;
	if (open_data(&open, err) < 0)
		return -1;
	ret = course_find(open.store, operands[0], &vm, err);
	if (ret == 0)
		ret = store_vm_job(open.store, vm.id, &job, err);
	close_data(&open);
	if (ret == 0)
		puts(job);
	free(job);
	return ret;
}

const struct command cmd_job = {
	.name = "job",
	.operands = "NAME",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Print the job that a VM is handed",
	.options = options,
	.run = run,
};
