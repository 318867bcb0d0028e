/* Which kernel the new system boots: its release, its image, its slim initrd. */
#ifndef NEWROOT_STEPS_KERNEL_FIND_H
#define NEWROOT_STEPS_KERNEL_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "facts/kernel_choice.h"
#include "steps/step.h"

#define KERNEL_IMAGE_PREFIX  "/boot/vmlinuz-"
#define KERNEL_INNER_FORMAT  "/lib/modules/%s/vmlinuz"     /* takes the release */
#define KERNEL_INITRD_FORMAT "/boot/initrd-newroot-%s.img" /* takes the release */

/*
 * Fill what the kernel and initrd steps have left NULL in `ctx`, when they did not run now (`apply`): the kernel
 * that the job's package is named after, else as kernel_choose() says. Errors: ERR_KERNEL.
 */
int kernel_find(struct context *ctx, struct err *err);

/* Set kernel_release and kernel_image for `release`. */
void kernel_set(struct context *ctx, const char *release);

struct kernel_choice {
	char release[KERNEL_RELEASE_MAX];
	char others[4 * KERNEL_RELEASE_MAX]; /* the other kernels, for people; cut at its end */
	bool standard;                       /* it is the default of the system's own boot loader */
};

/*
 * For a child with the new system as its root directory: of the kernels with an image in /boot, or beside their modules, the one that `package` (a package's
 * file name, may be NULL) contains, else the default of the system's own boot loader (facts/kernel_default.h), else the
 * newest. Special ones (facts/kernel_version.h) are chosen only when there is no other. Errors: ERR_KERNEL.
 */
int kernel_choose(const char *package, struct kernel_choice *choice, struct err *err);

#endif
