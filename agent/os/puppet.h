/* The puppet agent of the new system: its server and name, and that it runs. */
#ifndef NEWROOT_OS_PUPPET_H
#define NEWROOT_OS_PUPPET_H

#include "os/services.h"

/*
 * A system without puppet gets a note. One where no server is named, and a manifest of its own is there, needs no agent: its
 * service is not switched on. Errors: ERR_CONFIGURE.
 */
int puppet_render(struct changes *changes, const struct job *job, struct services *services,
		  const struct init_dialect *init, struct err *err);

#endif
