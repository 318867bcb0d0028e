/* All archives with what is known of them, as JSON: for `archives`, the API and the page. */
#ifndef SERVER_ARCHIVES_ARCHIVE_LIST_H
#define SERVER_ARCHIVES_ARCHIVE_LIST_H

#include <jansson.h>

#include "archives/archive.h"

/*
 * Append {"path", "size", "sha256", "facts"} of each archive below `dir` to `list`; what isn't known is null, or with `read`
 * found out first.
 */
int archive_list(int dir, struct store *store, bool read, json_t *list, struct err *err);

#endif
