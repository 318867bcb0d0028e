/* Names: /etc/hostname, /etc/hosts (hosts(5)) and /etc/resolv.conf (resolv.conf(5)). */
#ifndef NEWROOT_OS_NAMES_H
#define NEWROOT_OS_NAMES_H

#include "job/job.h"
#include "os/changes.h"

/*
 * Each is replaced as a whole, the old one stays as .premigration; what the job leaves out stays. Lines of the old
 * /etc/hosts that are no more are told. Errors: ERR_CONFIGURE.
 */
int names_render(struct changes *changes, const struct job_network *network, struct err *err);

#endif
