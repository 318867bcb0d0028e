/* The kernel's image in /boot, for children with the new system as their root directory. */
#ifndef NEWROOT_STEPS_KERNEL_IMAGE_H
#define NEWROOT_STEPS_KERNEL_IMAGE_H

#include "base/err.h"

/* Is `path` a bootable x86 image, and of this release? Errors: ERR_KERNEL. */
int kernel_image_check(const char *path, const char *release, struct err *err);

/*
 * /boot/vmlinuz-RELEASE as above; where a package keeps its image with the modules, it is copied
 * from /lib/modules/RELEASE/vmlinuz. Errors: ERR_KERNEL.
 */
int kernel_image_ensure(const char *release, struct err *err);

#endif
