/*
 * The order in which a group's VMs are cut over: NFS servers before their clients, masters before their
 * replicas, what another VM waits for before it; else by role, then by name. Neighbours of one role that need
 * nothing of each other are one wave.
 */
#ifndef SERVER_CUTOVER_ORDER_H
#define SERVER_CUTOVER_ORDER_H

#include <jansson.h>

#include "base/err.h"
#include "cutover/group.h"

/* Sort `vm`, and set wave; `job` has the job of each in the same place before, not after. Errors: ERR_MEMORY. */
int cutover_order(struct cutover_vm *vm, json_t *const *job, size_t count, struct err *err);

#endif
