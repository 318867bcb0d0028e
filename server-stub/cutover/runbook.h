/*
 * The cutover of a group as a page to go through on paper: what to do, in which order, with the commands that
 * exist, all of it from the group's data. Markdown.
 */
#ifndef SERVER_CUTOVER_RUNBOOK_H
#define SERVER_CUTOVER_RUNBOOK_H

#include <stdint.h>
#include <stdio.h>

#include "cutover/group.h"

/* `data_path`: for the commands; the default one is left out of them. The group has passed forward_check(). */
void runbook_print(FILE *out, const struct cutover_group *group, const char *data_path,
		   int64_t now_ms);

#endif
