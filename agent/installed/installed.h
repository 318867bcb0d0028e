/* What an installation leaves in the new system for newroot itself: written by steps, used by its later lives. */
#ifndef NEWROOT_INSTALLED_INSTALLED_H
#define NEWROOT_INSTALLED_INSTALLED_H

#define INSTALLED_STATE "/var/lib/newroot"
#define INSTALLED_JOB   INSTALLED_STATE "/job.json"
#define INSTALLED_LOG   "/var/log/newroot.log"

/* What the kernel's random numbers begin with at a boot: base/random.h. */
#define INSTALLED_SEED_NAME "random-seed"
#define INSTALLED_SEED      INSTALLED_STATE "/" INSTALLED_SEED_NAME

/* Where programs are looked for when the environment, early in a boot or from cron, says nothing. */
#define INSTALLED_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Shows that cutover is still to come; cutover takes it away. */
#define MIGRATING_MARKER "/etc/newroot/migrating"

#endif
