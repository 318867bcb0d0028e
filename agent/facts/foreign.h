/* Systems of other machines than this one: told by the first file that says so, while an archive is unpacked. */
#ifndef NEWROOT_FACTS_FOREIGN_H
#define NEWROOT_FACTS_FOREIGN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * A file of a root archive that is in place: one of the programs that a system starts with must be for x86_64, or for i386 when a kernel comes
 * otherwise (`own_kernel` false), which runs both. Errors: ERR_CONFIGURE.
 */
int foreign_root(int root_fd, const char *path, mode_t mode, bool own_kernel, struct err *err);

/* The same of a kernel package: its image and modules must be for x86_64, as newroot's own /init is. Errors: ERR_KERNEL. */
int foreign_kernel(int root_fd, const char *path, mode_t mode, struct err *err);

#endif
