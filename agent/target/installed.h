/* What an installation leaves in the new system for newroot itself: written by steps, used by its later lives. */
#ifndef NEWROOT_TARGET_INSTALLED_H
#define NEWROOT_TARGET_INSTALLED_H

#define INSTALLED_STATE "/var/lib/newroot"
#define INSTALLED_JOB   INSTALLED_STATE "/job.json"

/* Shows that cutover is still to come; cutover takes it away. */
#define MIGRATING_MARKER "/etc/newroot/migrating"

#endif
