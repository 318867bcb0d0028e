/* Commands on a runbook's page: each stands in a block, and works when it is copied to a shell. */
#ifndef SERVER_CUTOVER_RUNBOOK_COMMAND_H
#define SERVER_CUTOVER_RUNBOOK_COMMAND_H

#include "cutover/group.h"

#include <stdio.h>

struct runbook {
	FILE *out;
	const struct cutover_group *group;
	const char *data_path;
};

void runbook_block_begin(const struct runbook *book);
void runbook_block_end(const struct runbook *book);

/*
 * "newroot-server VERB GROUP --data 'DIR'REST"; the default data folder is left out. A '@' in `rest` stands for the group's
 * name.
 */
void runbook_command(const struct runbook *book, const char *verb, const char *rest);

/* The same in a block of its own. */
void runbook_block(const struct runbook *book, const char *verb, const char *rest);

#endif
