/*
 * Moving a VM along its course: an input asked of the table, what became of it noted in the history,
 * the VM saved. To be called within a transaction, with a VM read in that transaction.
 */
#ifndef SERVER_COURSE_COURSE_H
#define SERVER_COURSE_COURSE_H

#include "store/store.h"

/* What a function says that the table may refuse: the refusal is in the history, and is to be committed. */
#define COURSE_REFUSED 1

/*
 * 0: the VM has moved, or stays where the input finds it. COURSE_REFUSED: with ERR_SERVICE_STATE. -1:
 * nothing was changed. `cause` is who and why, for the history.
 */
int course_move(struct store *store, struct vm *vm, enum vm_input input, const char *cause,
		int64_t now_ms, struct err *err);

/* An entry of the history that moves nothing: "held by the operator". */
int course_note(struct store *store, const struct vm *vm, const char *cause, int64_t now_ms,
		struct err *err);

/* The same three of what the VM itself causes: such entries make room for each other alone. */
int course_move_by_vm(struct store *store, struct vm *vm, enum vm_input input, const char *cause,
		      int64_t now_ms, struct err *err);
int course_note_by_vm(struct store *store, const struct vm *vm, const char *cause, int64_t now_ms,
		      struct err *err);
int course_refuse_by_vm(struct store *store, const struct vm *vm, const char *cause, int64_t now_ms,
			struct err *err);

/* Note a refusal and say it: COURSE_REFUSED. */
int course_refuse(struct store *store, const struct vm *vm, const char *cause, int64_t now_ms,
		  struct err *err);

/*
 * Forget the VM. When it is created, or somebody was at it, its MAC is retired: a pool must not give it to a VM
 * that is to be installed, while the old machine may still come to the network with it.
 */
int course_remove(struct store *store, const struct vm *vm, struct err *err);

/* The VM of this name; ERR_SERVICE_VM when there is none. */
int course_find(struct store *store, const char *name, struct vm *vm, struct err *err);

#endif
