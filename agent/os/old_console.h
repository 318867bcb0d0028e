/* Consoles of Xen guests: hvc0, and xvc0 before it. A moved VM has them no more, unless its job says so. */
#ifndef NEWROOT_OS_OLD_CONSOLE_H
#define NEWROOT_OS_OLD_CONSOLE_H

#include "job/job.h"

/* Is `name` (`size` characters) hvcN or xvcN, and none of the job's consoles? */
bool is_old_console(const char *name, size_t size, const struct strings *consoles);

/* The first terminal of the screen, "tty1", when the job has a console there ("tty0"); else NULL. */
const char *screen_terminal(const struct strings *consoles);

#endif
