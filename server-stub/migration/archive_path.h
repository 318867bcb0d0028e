/* Which file of this service's own a URL of a job means. */
#ifndef SERVER_MIGRATION_ARCHIVE_PATH_H
#define SERVER_MIGRATION_ARCHIVE_PATH_H

#include <stdbool.h>

#include "util/limits.h"

/* Whether it is one of the service at `own`; then its path below archives/, which may be none that can be. */
bool migration_archive_path(const char *url, const char *own, char path[ARCHIVE_PATH_MAX + 1]);

#endif
