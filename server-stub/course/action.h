/*
 * What an operator does to a VM or to a whole group: one table of actions, for the command line, the
 * API and the page. To be called within a transaction.
 */
#ifndef SERVER_COURSE_ACTION_H
#define SERVER_COURSE_ACTION_H

#include "course/course.h"

enum action {
	ACTION_RETRY,    /* after an error: again, from where it can be tried again */
	ACTION_ARM,      /* hand the job out once more: its disks are erased again */
	ACTION_HOLD,     /* stop at the next step boundary */
	ACTION_RELEASE,  /* go on; an error of it no longer holds its group */
	ACTION_CANCEL,   /* give it up for now */
	ACTION_CUT_OVER, /* tell it to put itself into service */
	ACTION_MARK,     /* it is in service: its cutover was done by hand */
	ACTION_REOPEN,   /* it is not in service after all: complete again, and heard again */
	ACTIONS
};

/* "retry", "cutover"; ACTIONS when there is no such action. */
enum action action_by_name(const char *name);
const char *action_name(enum action action);

/*
 * A cutover is ordered of a VM that holds something back: it hears of it once those that go before it in its group are
 * done (cutover/order.h). One that holds nothing back is noted as cut over.
 *
 * 0, COURSE_REFUSED or -1, as course_move(). `who` is for the history: "the operator", "10.0.0.5".
 * Errors: ERR_SERVICE_VM, ERR_SERVICE_STATE.
 */
int action_vm(struct store *store, const char *name, enum action action, const char *who,
	      int64_t now_ms, struct err *err);

/*
 * All VMs of the group to which the action applies: retry those in error, arm those that are created, cut over and
 * mark all, which must all be complete, reopen those that are cut over, cancel all that aren't cut over. Holding and releasing is of the group: what a VM is
 * held by besides stays. Nothing is done to any when one refuses.
 */
int action_group(struct store *store, const char *group, enum action action, const char *who,
		 int64_t now_ms, struct err *err);

#endif
