/*
 * The volumes as the new system's udev sees them. Our initrd activates them before there is a udev, so none of its events
 * says that they are ready; systemd would wait for them in vain.
 */
#ifndef NEWROOT_OS_VOLUME_RULES_H
#define NEWROOT_OS_VOLUME_RULES_H

#include "os/changes.h"

/* A rule of its own, where the system has udev's rules for device-mapper. */
void volume_rules_render(struct changes *changes);

#endif
