/*
 * The life of a migrating VM between its first boot and its cutover: the service hears of it and may order the cutover, the
 * tunnel to the old platform's master is kept up, and how far behind that this VM's database is, is told.
 */
#ifndef NEWROOT_ATTEND_ATTEND_H
#define NEWROOT_ATTEND_ATTEND_H

#include "base/err.h"

/*
 * Takes over from a process that attends. Returns 0 when the marker MIGRATING_MARKER is gone, at once where there is none,
 * and when another `newroot first-boot` takes over. An ordered cutover that fails can be ordered again, with or without the marker.
 * `root` stands before all paths; "" but in tests. Errors: ERR_FIRST_BOOT, of instructions that can't be read, or
 * while another process has the turn; those of service_new().
 */
int attend_run(const char *root, struct err *err);

#endif
