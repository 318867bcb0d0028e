/*
 * An installation that begins anew: because it failed and someone has mended the cause, or because the service
 * armed this VM while it ran.
 */
#ifndef NEWROOT_AGAIN_H
#define NEWROOT_AGAIN_H

#include "base/err.h"

/*
 * After a failure: returns when the service wants all to begin anew, after AGAIN_PAUSE_S at the earliest. Heartbeats
 * go on; the lock on the disks is dropped, for a person's `newroot apply`.
 */
void again_wait(void);

/*
 * Let go of what is mounted and swapped to, deliver every event, and become a new process with the same
 * arguments (`argv` as a subcommand gets it). While someone works on the disks or in /newroot it waits, and says so.
 * Returns -1 when there is no new process: ERR_IO.
 */
int again_begin(int argc, char **argv, struct err *err);

#endif
