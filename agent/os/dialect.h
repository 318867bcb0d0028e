/*
 * Dialects: how one family of systems writes things down. A dialect is one const struct in a file of
 * its own; its functions read the new system's tree and add to the list of changes.
 * Errors: ERR_CONFIGURE.
 */
#ifndef NEWROOT_OS_DIALECT_H
#define NEWROOT_OS_DIALECT_H

#include "job/job.h"
#include "os/changes.h"
#include "os/service.h"

struct network_dialect {
	/* All interfaces: the job's description replaces what the old system had. */
	int (*interfaces)(struct changes *changes, const struct job_network *network,
			  struct err *err);
	/* Where it keeps the host's name beside /etc/hostname; may be NULL. */
	int (*hostname)(struct changes *changes, const char *hostname, struct err *err);
};

struct init_dialect {
	const char *name;
	/* Run `newroot first-boot` last in the boot order, in the background. */
	int (*first_boot)(struct changes *changes, struct err *err);
	/* A login on each console of the job, and none on consoles that are no more. */
	int (*logins)(struct changes *changes, const struct strings *consoles, struct err *err);
	/* Describe the service of that name. */
	int (*service)(const struct changes *changes, const char *name, struct service *service,
		       struct err *err);
	/* What a service that is switched on needs beside its links; NULL: nothing. */
	int (*start_order)(struct changes *changes, const char *name, struct err *err);
	/* Run QUARANTINE_LOAD at each boot before the network, if it is there. */
	int (*quarantine)(struct changes *changes, struct err *err);
	/* Run `newroot nodes` at each boot, once /dev is there and before any filesystem is checked or mounted; NULL: /dev stays as the initrd made it. */
	int (*nodes)(struct changes *changes, struct err *err);
	bool quarantine_returns; /* … and again behind any firewall of the system's own */
	/* Mount options by which an NFS client boots without its server and mounts later. */
	const char *nfs_later;
	bool mtab_is_link; /* to /proc/self/mounts; else the boot writes it anew */
};

extern const struct network_dialect network_gentoo, network_debian, network_rhel, network_suse,
	network_manager, network_networkd, network_netplan;
extern const struct init_dialect init_openrc, init_sysv, init_systemd;

/* Folders of network managers that several files know. */
#define NETPLAN_FOLDER   "/etc/netplan"
#define SYSTEMD_NETWORKS "/etc/systemd/network"
#define SUSE_NETWORK     "/etc/sysconfig/network"
#define RHEL_SCRIPTS     "/etc/sysconfig/network-scripts"

/* Where the installed agent and its own files are. */
#define NEWROOT_PROGRAM    "/usr/sbin/newroot"
#define NEWROOT_EARLY      "/sbin/newroot" /* the same, where /usr is a volume of its own */
#define FIRST_BOOT_SERVICE "newroot-first-boot"
#define QUARANTINE_SERVICE "newroot-quarantine"
#define NODES_SERVICE      "newroot-nodes"
#define WRITTEN_BY         "# Written by newroot at installation.\n"

#endif
