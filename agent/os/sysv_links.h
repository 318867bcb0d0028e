/*
 * Start and stop links of System V scripts: /etc/rc2.d/S15cron -> ../init.d/cron. Debian's way (update-rc.d,
 * insserv) and that of RHEL (chkconfig) differ in the numbers and in which levels are touched.
 */
#ifndef NEWROOT_OS_SYSV_LINKS_H
#define NEWROOT_OS_SYSV_LINKS_H

#include "os/service.h"

/* RHEL 4 to 6 and their kin, by their rc.sysinit. */
bool sysv_is_rhel(const struct target *target);

/* Fill `service` from the script of that name; `found` says if there is one. Errors: ERR_CONFIGURE. */
int sysv_service(const struct changes *changes, const char *name, struct service *service,
		 struct err *err);

/* Does the script start in runlevel S, before the others? By its LSB header. Errors: ERR_CONFIGURE. */
int sysv_is_early(const struct changes *changes, const char *name, bool *early, struct err *err);

#endif
