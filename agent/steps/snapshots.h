/* Snapshots of an earlier installation are in the way of a new one. */
#ifndef NEWROOT_STEPS_SNAPSHOTS_H
#define NEWROOT_STEPS_SNAPSHOTS_H

#include "steps/step.h"

/* Remove the snapshots that the chosen volumes have: what is written to a volume would fill them. Errors: ERR_LVM. */
int snapshots_drop(const struct context *ctx, struct err *err);

#endif
