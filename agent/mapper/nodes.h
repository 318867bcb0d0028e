/* Nodes of logical volumes in /dev, where neither LVM nor udev makes them. */
#ifndef NEWROOT_MAPPER_NODES_H
#define NEWROOT_MAPPER_NODES_H

#include "mapper/mapper.h"

/*
 * /dev/mapper/NAME of each mapped device, and /dev/VG/LV, a link to that, of each volume; what is there and right stays. Errors:
 * ERR_NODES; the others are made.
 */
int nodes_make(const char *dev, struct err *err);

/* For one of them. Errors: ERR_NODES. */
int nodes_make_one(const char *dev, const struct mapper_device *device, struct err *err);

/* Take "local-my--data" of LVM's apart into VG and LV ("local", "my-data"), each of MAPPER_TEXT_MAX bytes; false: it is no volume that people see. */
bool nodes_volume(const struct mapper_device *device, char *vg, char *lv);

#endif
