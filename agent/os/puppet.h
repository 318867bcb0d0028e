/* The puppet agent of the new system: its server and name, and that it runs. */
#ifndef NEWROOT_OS_PUPPET_H
#define NEWROOT_OS_PUPPET_H

#include "os/services.h"

/* `hostname` may be NULL. A system without puppet gets a note. Errors: ERR_CONFIGURE. */
int puppet_render(struct changes *changes, const struct job_puppet *puppet, const char *hostname,
		  struct services *services, const struct init_dialect *init, struct err *err);

#endif
