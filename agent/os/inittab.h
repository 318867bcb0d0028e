/* /etc/inittab (inittab(5)) of sysvinit, whatever starts the services. */
#ifndef NEWROOT_OS_INITTAB_H
#define NEWROOT_OS_INITTAB_H

#include "os/changes.h"
#include "job/job.h"

/*
 * A getty on every serial console of `consoles`, and on the screen, that has none; those of old consoles
 * become comments; root may log in there where /etc/securetty lists terminals. Nothing without an inittab.
 */
int inittab_logins(struct changes *changes, const struct strings *consoles, struct err *err);

#endif
