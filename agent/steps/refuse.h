/* Several errors refused together: shown all, returned as one. */
#ifndef NEWROOT_STEPS_REFUSE_H
#define NEWROOT_STEPS_REFUSE_H

#include "steps/step.h"

/* Note every error of the list, which must not be empty; `err` gets the first, with the count. Returns -1. */
int refuse(const struct context *ctx, const struct err_list *errors, struct err *err);

#endif
