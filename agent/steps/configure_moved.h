/*
 * What a VM needs between its move and its cutover, as the job says: marker, services, puppet, NFS, quarantine.
 */
#ifndef NEWROOT_STEPS_CONFIGURE_MOVED_H
#define NEWROOT_STEPS_CONFIGURE_MOVED_H

#include "os/dialect.h"
#include "os/fstab.h"
#include "steps/step.h"

/* Does the job ask for anything that depends on the init system? */
bool moved_needs_init(const struct job *job);

/* Can the quarantine let through whom the job names? Errors: ERR_NET_RESOLVE. */
void moved_check(const struct context *ctx, struct err_list *errors);

/* Errors: ERR_CONFIGURE, or what kept the service's name from being resolved. */
int moved_render(struct changes *changes, const struct context *ctx,
		 const struct init_dialect *init, struct err *err);

#endif
