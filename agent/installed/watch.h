/* What the service hears while children of the first boot work: progress, and that it is alive. */
#ifndef NEWROOT_INSTALLED_WATCH_H
#define NEWROOT_INSTALLED_WATCH_H

#include "base/child.h"

/* For the children of `step`, which must outlive the watch; one watch at a time. */
const struct child_watch *watch_step(const char *step);

/* A note for the service, and for the log. */
void watch_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Sleep a second; a heartbeat when one is due. */
void watch_pause(void);

#endif
