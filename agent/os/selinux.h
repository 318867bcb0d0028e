/* SELinux: files written from outside of the system that guards them carry no label. */
#ifndef NEWROOT_OS_SELINUX_H
#define NEWROOT_OS_SELINUX_H

#include "os/changes.h"

/*
 * Where /etc/selinux/config switches it on, ask for /.autorelabel: that system's own boot scripts then label every file
 * and boot once more. Errors: ERR_CONFIGURE.
 */
int selinux_render(struct changes *changes, struct err *err);

#endif
