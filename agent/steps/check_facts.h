/* What the service knows of the job's archives, or what is in them, has to suit the job and the machine. */
#ifndef NEWROOT_STEPS_CHECK_FACTS_H
#define NEWROOT_STEPS_CHECK_FACTS_H

#include "steps/step.h"

/* Of step check: adds all that can't work. `ctx->plan` may be NULL. */
void check_facts(struct context *ctx, struct err_list *errors);

#endif
