#include <string.h>

#include "http/route.h"
#include "util/limits.h"

static const struct route routes[] = {
	{ROUTE_GET, "/v1/hello", admit_vm, 0, route_hello},
	{ROUTE_GET, "/v1/job", admit_vm, 0, route_job},
	{ROUTE_POST, "/v1/events", admit_vm, EVENTS_BODY_MAX, route_events},
	{ROUTE_GET, "/v1/archives/", admit_reader, 0, route_archives},
	{ROUTE_GET, "/v1/boot/", NULL, 0, route_boot},
};

static int matches(const struct route *route, const char *path)
{
	size_t len = strlen(route->path);

	return route->path[len - 1] == '/' ? !strncmp(path, route->path, len)
					   : !strcmp(path, route->path);
}

const struct route *route_find(const char *path, const char **rest)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (matches(&routes[i], path)) {
			*rest = path + strlen(routes[i].path);
			return &routes[i];
		}
	return NULL;
}
