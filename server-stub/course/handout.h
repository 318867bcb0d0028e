/*
 * The job goes to one boot of the agent for each arming: a second machine with the same MAC, a replayed
 * request, an installed VM that came to the network once more get nothing. Within a transaction.
 */
#ifndef SERVER_COURSE_HANDOUT_H
#define SERVER_COURSE_HANDOUT_H

#include "course/course.h"

/*
 * Whether the job may be looked at, for a plan: while the VM may install, or an operator ordered it to boot for that
 * (vm/reach.h). Either is noted in the history, with `peer`. As handout(); what is shown is without secrets.
 */
int handout_look(struct store *store, int64_t vm_id, const char *peer, int64_t now_ms,
		 struct err *err);

/* When the VM's first boot is done: remove its job's secrets from the store, for they have been used. */
int handout_forget_secrets(struct store *store, struct vm *vm, struct err *err);

/*
 * Whether this boot of the agent ("" when it states none) may have the job, to install by it. The same boot may
 * ask again: an answer can get lost. 0, COURSE_REFUSED (ERR_SERVICE_STATE) or -1.
 */
int handout(struct store *store, int64_t vm_id, const char *boot, int64_t now_ms, struct err *err);

#endif
