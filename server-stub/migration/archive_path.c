#include "migration/archive_path.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE "/v1/archives/"

/* The path behind the route, as the service itself reads it: without a query, "%20" being a blank. */
static void read_path(char path[ARCHIVE_PATH_MAX + 1], const char *from)
{
	size_t used = 0;

	for (; *from && *from != '?' && used < ARCHIVE_PATH_MAX; from++) {
		char hex[3] = {0};

		if (*from == '%' && isxdigit((unsigned char)from[1]) &&
		    isxdigit((unsigned char)from[2])) {
			memcpy(hex, from + 1, 2);
			path[used++] = (char)strtol(hex, NULL, 16);
			from += 2;
		} else {
			path[used++] = *from;
		}
	}
	path[used] = '\0';
}

bool migration_archive_path(const char *url, const char *own, char path[ARCHIVE_PATH_MAX + 1])
{
	const size_t size = strlen(own);

	if (strncmp(url, own, size) || strncmp(url + size, ROUTE, strlen(ROUTE)))
		return false;
	read_path(path, url + size + strlen(ROUTE));
	return true;
}
