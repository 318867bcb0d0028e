/* /etc/securetty (securetty(5)): the terminals where root may log in. */
#ifndef NEWROOT_OS_SECURETTY_H
#define NEWROOT_OS_SECURETTY_H

#include "job/job.h"
#include "os/changes.h"

/* The consoles of the job in, old ones out. Nothing without that file: then every terminal is good. */
int securetty_render(struct changes *changes, const struct strings *consoles, struct err *err);

#endif
