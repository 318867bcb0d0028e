/* /etc/mtab (mount(8)): an archive has the old machine's, which df and umount would believe. */
#ifndef NEWROOT_OS_MTAB_H
#define NEWROOT_OS_MTAB_H

#include "os/dialect.h"

/* A link to the kernel's own list where the system wants that; elsewhere emptied: its boot writes it. */
void mtab_render(struct changes *changes, const struct init_dialect *init);

#endif
