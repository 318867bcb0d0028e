/* How the new system reads the hardware clock: newroot sets it in UTC. */
#ifndef NEWROOT_OS_HARDWARE_CLOCK_H
#define NEWROOT_OS_HARDWARE_CLOCK_H

#include "os/changes.h"

/* UTC, without the drift of the old machine's. Only what the system has is changed. Errors: ERR_CONFIGURE. */
int hardware_clock_render(struct changes *changes, struct err *err);

#endif
