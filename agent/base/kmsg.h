/* The kernel's log, for the error event: a disk's I/O error explains what a tool can't. */
#ifndef NEWROOT_BASE_KMSG_H
#define NEWROOT_BASE_KMSG_H

#include <stddef.h>

#define KMSG_LINES 20

/*
 * The last kernel messages of level warning or worse that contain `part` ("": all), oldest first, at most KMSG_LINES; fewer, or
 * none, when /dev/kmsg can't be read. They belong to the module, until the next call.
 * Format: Documentation/ABI/testing/dev-kmsg in the kernel's source.
 */
size_t kmsg_tail(const char *part, const char *const **lines);

#endif
