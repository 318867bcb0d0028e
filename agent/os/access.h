/* Who may log in: root's ssh keys (sshd(8), AUTHORIZED_KEYS FILE FORMAT). */
#ifndef NEWROOT_OS_ACCESS_H
#define NEWROOT_OS_ACCESS_H

#include "job/job.h"
#include "os/changes.h"

/* Added to the keys that are there; a key that is there already, with whatever comment, is not repeated. */
int access_render(struct changes *changes, const struct strings *keys, struct err *err);

#endif
