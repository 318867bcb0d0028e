/* Can the new system's kernel load the quarantine? A firewall that fails at boot would fail open. */
#ifndef NEWROOT_STEPS_QUARANTINE_KERNEL_H
#define NEWROOT_STEPS_QUARANTINE_KERNEL_H

#include "os/quarantine.h"
#include "steps/step.h"

/*
 * Every module that the rules need is there or built in. Where that cannot be told there is a note; a kernel without
 * modules is believed. Errors: ERR_CONFIGURE, ERR_KERNEL, ERR_IO.
 */
int quarantine_kernel_check(const struct changes *changes, const struct context *ctx,
			    struct err *err);

#endif
