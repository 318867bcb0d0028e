/* What a plan showed to a person is what an installation erases. */
#ifndef NEWROOT_STEPS_CHECK_SHOWN_H
#define NEWROOT_STEPS_CHECK_SHOWN_H

#include "steps/step.h"

/* Of step check of an installation: asks the service for the disks that a plan showed, and adds what differs. */
void check_shown(const struct context *ctx, struct err_list *errors);

#endif
