/* Units of systemd that would mount or swap on a disk or a share of the old machine (systemd.mount(5), systemd.swap(5)). */
#ifndef NEWROOT_OS_MOUNT_UNITS_H
#define NEWROOT_OS_MOUNT_UNITS_H

#include "os/dialect.h"

/* They are set aside with the links that start them; what has no disk stays, as in fstab. Errors: ERR_CONFIGURE. */
int mount_units_set_aside(struct changes *changes, const struct job *job, struct err *err);

#endif
