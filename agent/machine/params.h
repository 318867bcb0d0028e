/*
 * Boot parameters: what the kernel command line and the site image tell the agent.
 * docs/boot.md describes each one.
 */
#ifndef NEWROOT_MACHINE_PARAMS_H
#define NEWROOT_MACHINE_PARAMS_H

#include "base/arena.h"
#include "base/err.h"

enum run_mode { MODE_INSTALL, MODE_RESCUE, MODE_PLAN, MODE_WAIT };

struct params {
	const char *url;   /* newroot.url: of the service; NULL when not given */
	const char *token; /* newroot.token; NULL when not given; a secret */
	const char *
		pin; /* newroot.pin: "sha256:HEX" of the service's public key; NULL when not given */
	enum run_mode mode; /* newroot.mode, default install */
	const char *mac;    /* of the NIC that PXE used (BOOTIF), "52:54:00:…", or NULL */
};

const char *run_mode_name(enum run_mode mode);

/*
 * Read parameters as the words of `path` (/proc/cmdline, or /run/newroot/params which the
 * initrd's rc wrote from site defaults and command line). Later words win; words without the
 * prefix newroot. are skipped, except BOOTIF. Errors: ERR_MACHINE_BOOT_PARAM.
 */
int params_read(struct params *params, const char *path, struct arena *arena, struct err *err);

#endif
