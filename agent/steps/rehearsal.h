/*
 * A boot from the new system's tree, rehearsed: each function follows one link of the chain from the boot
 * menu to init and fails where it would break. Errors: ERR_VERIFY.
 */
#ifndef NEWROOT_STEPS_REHEARSAL_H
#define NEWROOT_STEPS_REHEARSAL_H

#include "os/target.h"
#include "steps/step.h"

struct rehearsal {
	const struct context *ctx;
	const struct target *target;
	struct arena *arena;
};

/* Every device of the plan holds the filesystem and the UUID that fstab and the boot menu rely on. */
int rehearse_filesystems(const struct rehearsal *r, struct err *err);

/* Every line of fstab names a device or UUID that is there, and a directory to mount it on. */
int rehearse_fstab(const struct rehearsal *r, struct err *err);

/* Every kernel and initrd of grub.cfg is on /boot, and is what it should be. */
int rehearse_boot_menu(const struct rehearsal *r, struct err *err);

/* The initrd has an /init and the module that drives the boot disk, unless it is built in. */
int rehearse_initrd(const struct rehearsal *r, struct err *err);

/* The new system's init would be started. */
int rehearse_init(const struct rehearsal *r, struct err *err);

/* The root filesystem has room to boot: logs, locks, first boot. */
int rehearse_room(const struct rehearsal *r, struct err *err);

#endif
