/* What programs that newroot starts on an installed system find in their environment. */
#ifndef NEWROOT_INSTALLED_ENVIRONMENT_H
#define NEWROOT_INSTALLED_ENVIRONMENT_H

#include "base/err.h"

/*
 * This process keeps PATH alone, INSTALLED_PATH when there is none. Whatever else a shell, cron or an init script has
 * exported would tell the tools where to go (MYSQL_HOST, PGHOST, RSYNC_ICONV) and in which words to answer (LANG); without
 * HOME none finds a user's settings. Errors: ERR_MEMORY.
 */
int installed_environment(struct err *err);

#endif
