/* That "eth0" of the job is the NIC the job means: by MAC in udev (and before it in boot/nics.h), or by the kernel's own names. */
#ifndef NEWROOT_OS_INTERFACE_NAMES_H
#define NEWROOT_OS_INTERFACE_NAMES_H

#include "job/job.h"
#include "os/changes.h"

/*
 * 70-persistent-net.rules with a rule for each interface that has a MAC: every udev honours it, from
 * before systemd to today's. The old machine's file, which would name a new NIC eth1, goes.
 */
void interface_names_render(struct changes *changes, const struct job_network *network);

/* All named ethN: then net.ifnames=0 keeps udev from giving predictable names instead. */
bool interface_names_are_kernels(const struct job_network *network);

#endif
