/* Who works on this machine: one agent, and one process on its disks. A lock ends with its process, at exec() too. */
#ifndef NEWROOT_LOCK_H
#define NEWROOT_LOCK_H

#include "base/err.h"

enum lock {
	LOCK_AGENT, /* `newroot run`: numbers and spools the events */
	LOCK_DISKS, /* an installation, `newroot apply` or `newroot grow` */
	LOCKS
};

/* Never waits. Errors: ERR_MACHINE_BUSY when another process has it, ERR_IO. */
int lock_take(enum lock lock, struct err *err);
void lock_drop(enum lock lock);

#endif
