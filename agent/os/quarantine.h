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
#define QUARANTINE_LOAD   QUARANTINE_FOLDER "/load" /* may be run again at any time */
#define QUARANTINE_LIFT   QUARANTINE_FOLDER "/lift" /* out of the kernel, until the next `load` */

struct quarantine {
	const struct strings *allow;   /* networks and addresses */
	const struct strings *service; /* its addresses */
	bool dhcp;                     /* an address is asked for, and renewed */
};

/*
 * Rules and scripts for the new system's iptables or, where it has none, nft. Errors: ERR_CONFIGURE when it has
 * neither, or no ip6tables beside its iptables. What starts it at boot is the init dialect's.
 */
int quarantine_render(struct changes *changes, const struct quarantine *quarantine,
		      struct err *err);

#endif
