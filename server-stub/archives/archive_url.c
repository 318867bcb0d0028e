#include "archives/archive_url.h"

#include <string.h>

#include "base/url.h"

#define ROUTE  "/v1/archives/"
#define SCHEME "https://"

/* The path behind the route, as the service itself reads it (http/unescape.c): without a query, "%20" being a blank. */
static void read_path(char path[ARCHIVE_PATH_MAX + 1], const char *from)
{
	size_t used = 0;

	while (*from && *from != '?' && used < ARCHIVE_PATH_MAX) {
		const int byte = url_escaped(from);

		path[used++] = byte > 0 ? (char)byte : *from;
		from += byte > 0 ? 3 : 1;
	}
	path[used] = '\0';
}

/* The URL's path; NULL when it is not of the service at `own`. */
static const char *behind_host(const char *url, const char *own)
{
	const size_t size = strlen(own ? own : SCHEME);

	if (strncmp(url, own ? own : SCHEME, size) != 0)
		return NULL;
	return own ? url + size : url + size + strcspn(url + size, "/?");
}

bool archive_url_path(const char *url, const char *own, char path[ARCHIVE_PATH_MAX + 1])
{
	const char *route = behind_host(url, own);

	if (!route || strncmp(route, ROUTE, strlen(ROUTE)) != 0)
		return false;
	read_path(path, route + strlen(ROUTE));
	return true;
}

int archive_url_each(const json_t *job, int (*each)(void *arg, const char *url), void *arg)
{
	const char *name;
	json_t *member;
	int ret = 0;
	size_t i;

	/* jansson iterates over a const object only by a cast; nothing is changed. */
	json_object_foreach((json_t *)job, name, member)
	{
		if (ret == 0 && json_is_string(member) && !strcmp(name, "url"))
			ret = each(arg, json_string_value(member));
		else if (ret == 0)
			ret = archive_url_each(member, each, arg);
	}
	json_array_foreach(job, i, member)
	{
		if (ret == 0)
			ret = archive_url_each(member, each, arg);
	}
	return ret;
}
