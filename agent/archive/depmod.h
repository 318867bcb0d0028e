/*
 * Make what depmod(8) makes of a module folder, from the modules' own .modinfo: modules.dep, modules.alias,
 * modules.symbols (each with its .bin), modules.softdep, modules.devname, modules.builtin.bin and
 * modules.builtin.alias.bin. Kernel packages come
 * without them, and the target's own depmod may not run under this kernel.
 */
#ifndef NEWROOT_ARCHIVE_DEPMOD_H
#define NEWROOT_ARCHIVE_DEPMOD_H

#include <stdbool.h>

#include "base/err.h"

/*
 * `dir_fd` is /lib/modules/RELEASE. With `absolute`, modules.dep has whole paths, the only form that the
 * module-init-tools of 2.6.18's time take. Errors: ERR_KERNEL with the module, ERR_MEMORY, ERR_IO.
 */
int depmod_make(int dir_fd, const char *release, bool absolute, struct err *err);

#endif
