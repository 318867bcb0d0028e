/* cloud-init, which would give the new machine what it gave the old one: address, name, users, host keys. */
#ifndef NEWROOT_OS_CLOUD_INIT_H
#define NEWROOT_OS_CLOUD_INIT_H

#include "os/dialect.h"

/* Switched off, unless the job's services.enable names it; what it kept of the old machine is set_aside's. */
int cloud_init_render(struct changes *changes, const struct init_dialect *init,
		      const struct job *job, struct err *err);

#endif
