/*
 * Whose word moves a VM. Two machines may boot with its MAC, a power-on be given twice, the events of a boot come when it
 * is over: all are kept, but a VM follows the boot that has its job, or else the newest one of the system that it is in.
 */
#ifndef SERVER_COURSE_FOLLOW_H
#define SERVER_COURSE_FOLLOW_H

#include "store/store.h"

/* Whether an event of this boot may move the VM. */
bool boot_is_followed(const struct vm *vm, const struct boot *boot);

/*
 * Whether this boot, which came after the one that has the job and got none, is all that is left: the other one has been
 * silent for JOB_SILENT_SECONDS. A machine that lost its power comes back so.
 */
bool boot_is_left_alone(const struct vm *vm, const struct boot *boot, int64_t now_ms);

#endif
