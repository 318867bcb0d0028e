/*
 * Where a disk or a NIC is plugged. The kernel numbers devices in the order in which its drivers find them, which differs from
 * boot to boot; the place on the bus stays.
 */
#ifndef NEWROOT_MACHINE_LOCATION_H
#define NEWROOT_MACHINE_LOCATION_H

#include "base/arena.h"

/*
 * The location of device `name` in `folder` ("block", "class/net") below `sysfs`, in `arena`: controller, channel, target and LUN,
 * or NVMe namespace, such as "pci0000:00/0000:00:05.0/0:1:0". It holds no number that the kernel gives out while it probes (virtio,
 * SCSI host, NVMe controller), so it is the same in every boot of any kernel. "" when sysfs does not say.
 */
const char *device_location(const char *sysfs, const char *folder, const char *name,
			    struct arena *arena);

/* strcmp(3) for locations, but numbers count as numbers; a device without a location comes last. */
int location_compare(const char *left, const char *right);

#endif
