/*
 * The first boot of the installed system: wait for the service, do what is to be done, report it.
 * Safe to run again after any crash or reboot; done once, it does nothing.
 */
#ifndef NEWROOT_TARGET_FIRST_BOOT_H
#define NEWROOT_TARGET_FIRST_BOOT_H

#include "base/err.h"

#define FIRST_BOOT_STATE_DIR "/var/lib/newroot"
#define FIRST_BOOT_LOG       "/var/log/newroot.log"
#define FIRST_BOOT_CONSOLE   "/dev/console"

struct first_boot {
	const char *config;    /* FIRST_BOOT_CONFIG */
	const char *state_dir; /* the marker first-boot.done and the lock live here */
	const char *console;   /* one line there tells how it ended */
	unsigned patience_s;   /* how long the service may stay unreachable */
};

/*
 * 0: checked in, now or before. Errors: ERR_FIRST_BOOT, or what kept the service from being reached;
 * they have been reported to the service if that was possible.
 */
int first_boot_run(const struct first_boot *first_boot, struct err *err);

#endif
