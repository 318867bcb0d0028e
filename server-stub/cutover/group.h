/*
 * A group as its cutover needs it: its VMs in the order in which they are cut over, and where each of its
 * public names goes. All of it is read before anything is printed.
 */
#ifndef SERVER_CUTOVER_GROUP_H
#define SERVER_CUTOVER_GROUP_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "cutover/public.h"
#include "store/store.h"

struct cutover_vm {
	struct vm vm;
	int64_t wave;    /* 1 …: its VMs go at once, after those of the waves before */
	bool migrating;  /* its job holds something back on it until its cutover */
	bool serves_nfs; /* to others of the group, perhaps */
	bool syncs;      /* it fetches trees of the old VM, by `newroot sync` */
	bool follows;    /* its databases are the old master's replica */
	bool resets; /* volumes of it have snapshots, to which `newroot rescue reset` goes back */
	bool quarantine, puppet; /* its job sets these up */
	char *disabled;          /* services held back until cutover: "cron, exim4"; "": none */
};

struct cutover_group {
	const char *name; /* the caller's */
	struct cutover_vm *vm;
	size_t count;
	struct public_table public;
};

/*
 * Read a group; `group` is the caller's to cutover_group_free(), also after an error. Errors: ERR_SERVICE_VM when
 * it has no VM, ERR_SERVICE_PUBLIC.
 */
int cutover_group_load(struct cutover_group *group, struct store *store, const char *name,
		       struct err *err);
/* The order alone, without public names: of the VM's group, or of it alone when it is in none. It has no name then. */
int cutover_group_load_order(struct cutover_group *group, struct store *store, const struct vm *vm,
			     struct err *err);
/* Whether a job holds something back until cutover: as the agent's own parser finds. */
bool cutover_is_migrating(const json_t *job);

void cutover_group_free(struct cutover_group *group);

#endif
