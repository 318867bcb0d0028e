/*
 * Work that creators do: making blank VMs, and moving installed ones to their network. A VM is taken by
 * one creator at a time, for LEASE_SECONDS, which taking it again prolongs; so two that poll at
 * once never get the same VM, and one that died gives its VMs back. The time is that of steady_ms(): nobody gains or loses a VM by a clock that is set. Within a
 * transaction.
 */
#ifndef SERVER_COURSE_LEASE_H
#define SERVER_COURSE_LEASE_H

#include "course/course.h"
#include "util/monotonic.h"

enum work { WORK_CREATE, WORK_PROVISION };

enum lease_report { LEASE_TAKEN, LEASE_DONE, LEASE_FAILED, LEASE_REPORTS };

/* "taken", "done", "failed"; LEASE_REPORTS for anything else. */
enum lease_report lease_report_by_name(const char *name);

/* Whether a creator may take the VM for this work now. */
bool lease_open(const struct vm *vm, enum work work, int64_t steady_ms);

/*
 * A creator's report on a VM. 0, COURSE_REFUSED or -1. Errors: ERR_SERVICE_STATE when the VM is not up for
 * that work, or another creator has it. `message` is what a failure is kept with.
 */
int lease_report(struct store *store, struct vm *vm, enum work work, enum lease_report report,
		 const char *creator, const char *message, const struct moment *now,
		 struct err *err);

/*
 * Before a service that begins hands out anything: nobody could prolong his lease while it was away, and after a boot of the machine
 * steady_ms() is another. Each lease lasts LEASE_SECONDS from now.
 */
int lease_begin_anew(struct store *store, int64_t steady_ms, struct err *err);

#endif
