/*
 * Importing a migration document into the store: what is there is compared with what the document wants, VM by VM, and
 * then changed in one transaction. Nothing that runs is disturbed: a VM that has its job keeps it until it
 * is armed again.
 *
 * A document of 10,000 VMs takes seconds to compile and to compare, in which others write: import_plan() only reads. The
 * transaction that follows begins with import_holds(), which looks at what was changed since.
 */
#ifndef SERVER_MIGRATION_IMPORT_H
#define SERVER_MIGRATION_IMPORT_H

#include "migration/assign.h"
#include "migration/compile.h"
#include "migration/difference.h"
#include "site/data.h"
#include "store/store.h"

enum fate {
	FATE_ADD,
	FATE_REPLACE, /* it hasn't got its job yet: it gets the new one */
	FATE_LATER,   /* it goes on with the old one; the new one is for the next arming */
	FATE_SAME,
	FATE_REMOVE, /* gone from the document, and not created yet */
	FATE_KEEP,   /* gone from the document, but there */
};

struct import_row {
	enum fate fate;
	const struct migration_vm *wanted; /* NULL: it isn't in the document */
	const struct known *known;         /* NULL: it isn't in the store */
	const struct change *changes;
	const char *missing; /* what it waits for, in words; NULL: nothing */
	char *job, *spec;    /* as texts, malloc'ed, where the fate writes them */
};

struct import {
	const char *text; /* the document */
	struct arena arena;
	struct err_list errors; /* all that was refused */
	struct migration migration;
	char *document;      /* without its secrets, malloc'ed */
	struct known *known; /* all VMs of the store */
	size_t known_count;
	int64_t version;             /* of the store when they were read */
	const struct known **stands; /* of each VM of the document: itself in the store, or NULL */
	struct import_row *row;      /* in the order of the document, then what isn't in it */
	size_t row_count;
};

/* Parse and compile; errors are in the list. `import` is the caller's to import_free(), `text` stays his. */
void import_read(struct import *import, const char *text, size_t size, const char *url,
		 const struct migration_sums *sums);

/*
 * Compare with the store. -1: the store or the disk has failed. What is refused is in the list. Once only: the document's VMs have
 * MACs and addresses of the pools afterwards.
 */
int import_plan(struct import *import, struct store *store, const struct data *data,
		const struct settings *settings, int64_t steady_ms, struct err *err);

/*
 * In the transaction of import_apply(): 1 when the plan is still right, whatever VMs have reported meanwhile; 0 when it has to be
 * made again, from import_read() on. While imports exclude each other: a change of a job shows in nothing else.
 */
int import_holds(struct import *import, struct store *store, int64_t steady_ms, struct err *err);

/* Only when nothing was refused. In a transaction. */
int import_apply(struct import *import, struct store *store, int64_t now_ms, struct err *err);

/* Inside: whether its hardware is there, or somebody is making it. */
bool import_is_made(const struct vm *vm, int64_t steady_ms);

/* To standard output, for a person. */
void import_print(const struct import *import);
void import_free(struct import *import);

#endif
