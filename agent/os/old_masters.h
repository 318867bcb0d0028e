/* Services that take instructions from a master of the old place, or from the cloud it was: they are told, not touched. */
#ifndef NEWROOT_OS_OLD_MASTERS_H
#define NEWROOT_OS_OLD_MASTERS_H

#include "os/dialect.h"

/* Puppet and cloud-init are not among them: the job has a key, and cloud_init.h a rule. `init` may be NULL. */
int old_masters_note(const struct changes *changes, const struct init_dialect *init,
		     const struct strings *disabled, struct err *err);

#endif
