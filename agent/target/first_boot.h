/*
 * The first boot of the installed system: wait for the service, do what is to be done, report it.
 * Safe to run again after any crash or reboot; done once, it does nothing.
 */
#ifndef NEWROOT_TARGET_FIRST_BOOT_H
#define NEWROOT_TARGET_FIRST_BOOT_H

#include "base/err.h"

#define FIRST_BOOT_CONSOLE "/dev/console"

struct first_boot {
	const char *config;     /* FIRST_BOOT_CONFIG */
	const char *quarantine; /* QUARANTINE_FOLDER */
	const char *state_dir;  /* the marker first-boot.done and the lock live here */
	const char *console;    /* one line there tells how it ended */
	const char *root;       /* before the system's other files; "" but in tests */
	unsigned patience_s;    /* how long the service may stay unreachable */
	/* A run has failed, and its error is reported: called before it waits. NULL: nobody. */
	void (*failed)(const struct err *err);
};

#define FIRST_BOOT_TAKEN_OVER 1

/*
 * 0: complete, now or before, and the service knows. A run that fails is reported; then it stays, with heartbeats, until the
 * service has all run again from the first step, with the instructions read anew, or until another process goes on with it
 * (FIRST_BOOT_TAKEN_OVER). -1: nobody can be told: ERR_FIRST_BOOT, of instructions that can't be read, or while another
 * process works; ERR_URL, ERR_IO, ERR_TLS.
 */
int first_boot_run(const struct first_boot *options, struct err *err);

#endif
