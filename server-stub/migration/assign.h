/*
 * MACs and addresses of configuration mode for the VMs of a document: what the document says, else what the VM has
 * already, else the next free one of the pool. None that another VM of the store has.
 */
#ifndef SERVER_MIGRATION_ASSIGN_H
#define SERVER_MIGRATION_ASSIGN_H

#include "job/reader.h"
#include "migration/migration.h"
#include "site/settings.h"
#include "vm/vm.h"

/* A VM of the store, and what the document makes of it. */
struct known {
	struct vm vm;
	struct migration_vm *stays; /* it is in the document; NULL: not */
	bool made;                  /* created, or a creator is at it: its hardware is what it is */
	bool goes;                  /* with this import: what it had is free */
};

/* What has a say in it besides the document. */
struct assign_by {
	const struct known *known; /* all VMs of the store */
	size_t count;
	const json_t *retired; /* keys: MACs that only the document itself may give */
	const struct settings *settings;
};

/*
 * Set mac and address of every VM of the document. Errors are added with their places: a value that is
 * taken, a pool that is too small or missing, an address outside of the settings' segment. Those of the
 * service and of the router there aren't given out.
 */
void migration_assign(struct reader *r, struct migration *migration, const struct assign_by *by);

#endif
