/* Which disk an error comes from: a filesystem on LVM tells none, the kernel's lines do. */
#ifndef NEWROOT_STEPS_DISK_ERRORS_H
#define NEWROOT_STEPS_DISK_ERRORS_H

#include <stddef.h>

#include "plan/plan.h"

/* Such a line of the kernel's has it, before the disk's name. */
#define DISK_ERROR_LINE "I/O error, dev "

/*
 * Names in `err` each disk of the plan of which the kernel's lines report I/O errors ("I/O error, dev sdb, sector 8",
 * block/blk-mq.c of Linux; "end_request: I/O error, dev sdb" before 3.x), with serial and place, and its last such line. A place
 * that is empty becomes the first one's path.
 */
void disk_errors_add(const struct plan *plan, const char *const *lines, size_t count,
		     struct err *err);

/*
 * When `err` is about one of the machine's disks: adds its serial, WWN and place, unless the message has them. Its path is the
 * kernel's name of this boot, by which nobody finds a disk.
 */
void disk_errors_identify(const struct machine *machine, struct err *err);

#endif
