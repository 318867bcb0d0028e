/*
 * What the slim initrd's maker tells its /init: the file /etc/newroot-boot, lines of a keyword and a value:
 *
 *	vg NAME        the volume group to activate
 *	vg-uuid UUID   which one, should another disk carry one of that name
 *	snapshots N    how many volumes have one: a reset may have been asked for
 *	module PATH    a module to load, in this order: "/modules/xfs.ko"
 *	nic MAC NAME   the network interface with this MAC is called so
 */
#ifndef NEWROOT_BOOT_CONFIG_H
#define NEWROOT_BOOT_CONFIG_H

#include "base/arena.h"
#include "base/err.h"
#include "job/job.h"

#define BOOT_CONFIG_PATH      "/etc/newroot-boot"
#define BOOT_CONFIG_VG        "vg"
#define BOOT_CONFIG_UUID      "vg-uuid"
#define BOOT_CONFIG_SNAPSHOTS "snapshots"
#define BOOT_CONFIG_MODULE    "module"
#define BOOT_CONFIG_NIC       "nic"
#define BOOT_MODULE_FOLDER    "/modules"
#define BOOT_BUSYBOX          "/bin/busybox"
#define BOOT_SYSROOT          "/sysroot" /* the installed system's root is mounted here */

struct boot_nic {
	const char *mac, *name;
};

struct boot_config {
	const char *vg;      /* NULL: none */
	const char *vg_uuid; /* NULL: not known */
	bool snapshots;
	struct strings modules; /* paths */
	struct boot_nic *nics;
	size_t nic_count;
};

/* Parse `text`, which is changed and must live as long as the arena. Unknown keywords are skipped. */
void boot_config_parse(struct boot_config *config, char *text, struct arena *arena);

#endif
