#include "http/route.h"
#include "util/limits.h"

/* clang-format off */
static const struct route routes[] = {
	/* Agents. */
	{ROUTE_GET, "/v1/hello", admit_vm, 0, route_hello},
	{ROUTE_GET, "/v1/job", admit_vm, 0, route_job},
	{ROUTE_POST, "/v1/events", admit_vm, EVENTS_BODY_MAX, route_events},
	{ROUTE_GET, "/v1/peers/*/state", admit_vm, 0, route_peer},
	{ROUTE_GET, "/v1/archives/**", admit_reader, 0, route_archives},
	{ROUTE_GET, "/v1/boot/**", NULL, 0, route_boot},

	/* Operators. */
	{ROUTE_POST, "/v1/login", NULL, SMALL_BODY_MAX, route_login},
	{ROUTE_POST, "/v1/logout", admit_operator, SMALL_BODY_MAX, route_logout},
	{ROUTE_GET, "/v1/groups", admit_operator, 0, route_groups},
	{ROUTE_GET, "/v1/vms", admit_operator, 0, route_vms},
	{ROUTE_GET, "/v1/vms/*", admit_operator, 0, route_vm},
	{ROUTE_GET, "/v1/vms/*/events", admit_operator, 0, route_vm_events},
	{ROUTE_GET, "/v1/vms/*/log", admit_operator, 0, route_vm_log},
	{ROUTE_GET, "/v1/stream", admit_operator, 0, route_stream},
	{ROUTE_POST, "/v1/vms/*/retry", admit_operator, SMALL_BODY_MAX, route_vm_action},
	{ROUTE_POST, "/v1/vms/*/arm", admit_operator, SMALL_BODY_MAX, route_vm_action},
	{ROUTE_POST, "/v1/vms/*/hold", admit_operator, SMALL_BODY_MAX, route_vm_action},
	{ROUTE_POST, "/v1/vms/*/release", admit_operator, SMALL_BODY_MAX, route_vm_action},
	{ROUTE_POST, "/v1/vms/*/cancel", admit_operator, SMALL_BODY_MAX, route_vm_action},
	{ROUTE_POST, "/v1/vms/*/cutover", admit_operator, SMALL_BODY_MAX, route_vm_action},
	{ROUTE_POST, "/v1/groups/*/retry", admit_operator, SMALL_BODY_MAX, route_group_action},
	{ROUTE_POST, "/v1/groups/*/arm", admit_operator, SMALL_BODY_MAX, route_group_action},
	{ROUTE_POST, "/v1/groups/*/hold", admit_operator, SMALL_BODY_MAX, route_group_action},
	{ROUTE_POST, "/v1/groups/*/release", admit_operator, SMALL_BODY_MAX, route_group_action},
	{ROUTE_POST, "/v1/groups/*/cancel", admit_operator, SMALL_BODY_MAX, route_group_action},
	{ROUTE_POST, "/v1/groups/*/cutover", admit_operator, SMALL_BODY_MAX, route_group_action},
	{ROUTE_GET, "/metrics", admit_operator, 0, route_metrics},

	/* Creators. */
	{ROUTE_GET, "/v1/needs-creating", admit_creator, 0, route_needs},
	{ROUTE_POST, "/v1/needs-creating", admit_creator, SMALL_BODY_MAX, route_needs_report},
	{ROUTE_GET, "/v1/needs-provisioning", admit_creator, 0, route_needs},
	{ROUTE_POST, "/v1/needs-provisioning", admit_creator, SMALL_BODY_MAX, route_needs_report},

	/* Everyone. */
	{ROUTE_GET, "/healthz", NULL, 0, route_health},
	{ROUTE_GET, "/", NULL, 0, route_page},
	{ROUTE_GET, "/page.css", NULL, 0, route_page},
	{ROUTE_GET, "/page.js", NULL, 0, route_page},
	{ROUTE_GET, "/favicon.svg", NULL, 0, route_page},
};
/* clang-format on */

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
