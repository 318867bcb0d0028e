/* How the machine is left when all is done. */
#ifndef NEWROOT_STEPS_FINISH_H
#define NEWROOT_STEPS_FINISH_H

#include "base/err.h"
#include "job/job.h"

/*
 * Reboot or power off at once, or, for FINISH_WAIT, return 0 and leave the machine to its operator.
 * To be called after the steps were released and the last report was delivered. -1: ERR_FINISH.
 */
int finish_machine(enum finish_action action, struct err *err);

#endif
