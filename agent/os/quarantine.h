/*
 * The quarantine: until cutover the new system connects only to itself, the service and the networks that
 * the job allows. All of it lies in one folder; without the folder nothing is loaded at boot. To lift it: run
 * QUARANTINE_LIFT and rename the folder.
 */
#ifndef NEWROOT_OS_QUARANTINE_H
#define NEWROOT_OS_QUARANTINE_H

#include "job/job.h"
#include "os/changes.h"

#define QUARANTINE_FOLDER "/etc/newroot/quarantine"
#define QUARANTINE_LOAD   QUARANTINE_FOLDER "/load"   /* may be run again at any time */
#define QUARANTINE_LOADED QUARANTINE_FOLDER "/loaded" /* status 0: the kernel has it */
#define QUARANTINE_LIFT   QUARANTINE_FOLDER "/lift"   /* out of the kernel, until the next `load` */

struct quarantine {
	const struct strings *allow;   /* networks and addresses */
	const struct strings *service; /* its addresses */
	const struct strings *ssh;     /* those of hosts that the job has by name, for ssh */
	bool dhcp;                     /* an address is asked for, and renewed */
};

/* What the new system filters with, the first of these that it has. */
enum quarantine_tool {
	QUARANTINE_IPTABLES,     /* iptables and ip6tables on the kernel's own tables */
	QUARANTINE_IPTABLES_NFT, /* the same commands on nftables, as Debian has them since 10 */
	QUARANTINE_NFT,
	QUARANTINE_NONE,
};
enum quarantine_tool quarantine_tool(const struct changes *changes);

/*
 * Rules and scripts for the new system's iptables or, where it has none, nft. Errors: ERR_CONFIGURE when it has
 * neither, or no ip6tables beside its iptables. What starts it at boot is the init dialect's.
 */
int quarantine_render(struct changes *changes, const struct quarantine *quarantine,
		      struct err *err);

#endif
