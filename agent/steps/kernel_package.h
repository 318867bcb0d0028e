/*
 * Which kernel a package holds, by its paths: /boot/vmlinuz-RELEASE and /lib/modules/RELEASE, both also below /usr.
 */
#ifndef NEWROOT_STEPS_KERNEL_PACKAGE_H
#define NEWROOT_STEPS_KERNEL_PACKAGE_H

#include <sys/types.h>

#include "base/err.h"

/* For struct pipeline's `seen`: prints what the path tells, once. Runs in the extracting child. */
void kernel_package_seen(void *ctx, const char *path, mode_t mode);

/*
 * The release (KERNEL_RELEASE_MAX bytes) by all that was printed. `url` is for messages. Errors: ERR_KERNEL when
 * there is none, or more than one.
 */
int kernel_package_release(const char *printed, const char *url, char *release, struct err *err);

#endif
