/* What a first boot consists of, in order: the table of its steps. */
#ifndef NEWROOT_TARGET_FIRST_BOOT_STEPS_H
#define NEWROOT_TARGET_FIRST_BOOT_STEPS_H

#include "base/err.h"
#include "installed/first_boot_config.h"
#include "service/service.h"
#include "target/first_boot.h"

#define FIRST_BOOT_CHECK_IN "check-in" /* the first that needs the service */

struct first_boot_context {
	const struct first_boot *options;
	struct first_boot_config config;
	struct service *service;
	const char *step; /* that runs */
};

/*
 * Run those that there is something to do for, each reported with its end and its error. Any may run again after a
 * crash or a failure. Errors: the first failed step's, which ends the run.
 */
int first_boot_steps_run(struct first_boot_context *ctx, struct err *err);

#endif
