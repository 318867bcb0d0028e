/*
 * Settings of /etc/lvm/lvm.conf and lvmlocal.conf (lvm.conf(5)) that fit the old machine's disks: a filter that refuses
 * others, and the list of volumes that may be activated. They become comments, so that LVM's defaults hold.
 */
#ifndef NEWROOT_OS_LVM_CONF_H
#define NEWROOT_OS_LVM_CONF_H

#include "os/changes.h"

/* Errors: ERR_CONFIGURE. */
int lvm_conf_render(struct changes *changes, struct err *err);

#endif
