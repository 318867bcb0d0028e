/* Which files of this service's own a job names. */
#ifndef SERVER_ARCHIVES_ARCHIVE_URL_H
#define SERVER_ARCHIVES_ARCHIVE_URL_H

#include <jansson.h>
#include <stdbool.h>

#include "util/limits.h"

/*
 * Whether the URL is one of the service at `own`, or with NULL of an https server of any name: a service has several. Then its
 * path below archives/, which may be none that can be.
 */
bool archive_url_path(const char *url, const char *own, char path[ARCHIVE_PATH_MAX + 1]);

/*
 * Every URL that `job`, or any part of a job, names as the value of a key "url", in its order. Stops as soon as `each` returns
 * something else than 0, and returns that; 0 after the last.
 */
int archive_url_each(const json_t *job, int (*each)(void *arg, const char *url), void *arg);

#endif
