#include "http/route.h"
#include "util/limits.h"

static const struct route routes[] = {
#define ROUTE(method, path, admit, body_max, serve) {ROUTE_##method, path, admit, body_max, serve},
#include "http/routes.def"
#undef ROUTE
};

#define ROUTES (sizeof(routes) / sizeof(routes[0]))
_Static_assert(ROUTES < METRICS_ROUTES, "one row is for requests that no route takes");

size_t route_index(const struct route *route)
{
	return (size_t)(route - routes);
}

const struct route *route_at(size_t index)
{
	return index < ROUTES ? &routes[index] : NULL;
}

const struct route *route_find(unsigned method, const char *path, struct pattern_match *match,
			       unsigned *methods)
{
	const struct route *found = NULL;
	struct pattern_match any;

	*methods = 0;
	for (size_t i = 0; i < ROUTES; i++) {
		if (!pattern_match(routes[i].path, path, &any))
			continue;
		*methods |= routes[i].method;
		if (!found && (routes[i].method & method)) {
			found = &routes[i];
			*match = any;
		}
	}
	return found;
}
