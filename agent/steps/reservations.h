/* A disk that another host has reserved is another host's. */
#ifndef NEWROOT_STEPS_RESERVATIONS_H
#define NEWROOT_STEPS_RESERVATIONS_H

#include "machine/reservation.h"
#include "steps/step.h"

/* Before an installation: adds each disk of the plan that is reserved (ERR_MACHINE_BUSY); notes what is registered only. */
void reservations_check(const struct context *ctx, struct err_list *errors);

/* The part of it that asks no disk: what one is refused for. ERR_NONE: it is not. */
void reservation_judge(const struct reservation *found, const char *path, struct err *err);

#endif
