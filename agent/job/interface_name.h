/* Names of network interfaces that the kernel gives away itself, in the order in which drivers find NICs: ethN. */
#ifndef NEWROOT_JOB_INTERFACE_NAME_H
#define NEWROOT_JOB_INTERFACE_NAME_H

#include "job/job.h"

bool interface_name_is_kernels(const char *name);

/*
 * Such a name is tied to a MAC: another NIC may have it when udev comes, which cannot swap names (boot/nics.h). The slim
 * initrd does, and needs the drivers for it.
 */
bool interface_is_swappable(const struct job_interface *interface);
bool interfaces_are_swappable(const struct job_network *network); /* any of them */

#endif
