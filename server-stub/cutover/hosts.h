/*
 * Lines for /etc/hosts by which a tester sees a group at its new addresses before DNS moves. Each line ends in the
 * group's mark, so that what takes them out again needs no range and touches no other line.
 */
#ifndef SERVER_CUTOVER_HOSTS_H
#define SERVER_CUTOVER_HOSTS_H

#include <stdint.h>
#include <stdio.h>

#include "cutover/group.h"

/* Errors: ERR_SERVICE_PUBLIC when the group has no public name. */
int hosts_print(FILE *out, const struct cutover_group *group, int64_t now_ms, struct err *err);

/* The command that takes out the lines of the group of this name, which name_check() has accepted. */
void hosts_print_removal(FILE *out, const char *group);

#endif
