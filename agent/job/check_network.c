#include "job/check.h"

#include "job/address.h"
#include "job/gateway.h"

static bool is_reached(const struct job_interface *interface, const char *gateway)
{
	return gateway_is_near(interface, gateway) || gateway_is_on_link(interface, gateway);
}

static unsigned family(const char *text)
{
	struct address address;

	return address_parse_host(text, &address) || address_parse_prefix(text, &address)
		       ? address.bits
		       : 0;
}

static void refuse_unreached(struct reader *r, const char *path, const char *gateway)
{
	reader_refuse(
		r, ERR_JOB_CONFLICT, path,
		"\"%s\" is refused: it is in none of this interface's networks; accepted is another host of one of them, or any beside an address with the prefix /32 or /128",
		gateway);
}

static void check_gateways(struct reader *r, const struct job_interface *interface,
			   const char *path)
{
	const struct strings *gateways = &interface->gateways;

	for (size_t i = 0; i < gateways->count; i++)
		if (!is_reached(interface, gateways->item[i]))
			refuse_unreached(r, arena_printf(r->arena, "%s/%zu", path, i),
					 gateways->item[i]);
	if (gateways->count == 2 && family(gateways->item[0]) == family(gateways->item[1]))
		reader_refuse(
			r, ERR_JOB_CONFLICT, path,
			"two gateways of one family are refused; accepted is one IPv4 and one IPv6");
}

static void check_routes(struct reader *r, const struct job_interface *interface, const char *path)
{
	for (size_t i = 0; i < interface->route_count; i++) {
		const struct job_route *route = &interface->routes[i];
		const char *via = arena_printf(r->arena, "%s/%zu/via", path, i);

		if (!route->to || !route->via)
			continue;
		if (family(route->to) != family(route->via))
			reader_refuse(
				r, ERR_JOB_CONFLICT, via,
				"\"%s\" is refused: the route's network \"%s\" is of another family",
				route->via, route->to);
		else if (!interface->dhcp && !is_reached(interface, route->via))
			refuse_unreached(r, via, route->via);
	}
}

static bool has(const struct value *v, const char *key)
{
	return json_object_get(v->json, key) != NULL;
}

void check_interface(struct reader *r, const struct value *v, void *to)
{
	const struct job_interface *interface = to;
	bool sound = !refused_below(r, path_to(r, v->path, "addresses"));

	if (interface->dhcp && (interface->addresses.count || interface->gateways.count))
		reader_refuse(
			r, ERR_JOB_CONFLICT, path_to(r, v->path, "dhcp"),
			"true is refused beside addresses or gateways; accepted is one or the other");
	else if (!interface->dhcp && sound && !interface->addresses.count &&
		 !refused_below(r, v->path))
		reader_refuse(
			r, ERR_JOB_CONFLICT, v->path,
			"an interface without addresses is refused; accepted is \"dhcp\": true or at least one of addresses%s",
			has(v, "addresses") ? ", which is empty" : "");
	else if (sound && !interface->dhcp)
		check_gateways(r, interface, path_to(r, v->path, "gateways"));
	if (sound)
		check_routes(r, interface, path_to(r, v->path, "routes"));
}

void check_host(struct reader *r, const struct value *v, void *to)
{
	const struct job_host *host = to;
	const char *path = path_to(r, v->path, "names");

	if (host->names.count == 0 && has(v, "names") && !refused_below(r, path))
		reader_refuse(r, ERR_JOB_VALUE, path,
			      "an empty list is refused; accepted is at least one name");
}

static void check_one_each(struct reader *r, const struct job_network *network, size_t count)
{
	struct unique *name = arena_array(r->arena, count + 1, sizeof(*name));
	struct unique *mac = arena_array(r->arena, count + 1, sizeof(*mac));

	for (size_t i = 0; i < count; i++) {
		const struct job_interface *interface = &network->interfaces[i];

		if (!interface->json_path)
			continue;
		name[i] =
			(struct unique){interface->name, path_to(r, interface->json_path, "name")};
		mac[i] = (struct unique){interface->mac, path_to(r, interface->json_path, "mac")};
	}
	check_unique(r, "interface's name", name, count);
	check_unique(r, "MAC address", mac, count);
}

/* One default route a family: a second one is never used, or used by chance. */
static void check_default_routes(struct reader *r, const struct job_network *network)
{
	const char *first[2] = {NULL, NULL};

	for (size_t i = 0; i < network->interface_count; i++) {
		const struct job_interface *interface = &network->interfaces[i];

		for (size_t g = 0; g < interface->gateways.count; g++) {
			const char *gateway = interface->gateways.item[g];
			const char **seen = &first[family(gateway) == 128];

			if (*seen && *seen != interface->json_path)
				reader_refuse(
					r, ERR_JOB_CONFLICT,
					path_to(r, interface->json_path, "gateways"),
					"\"%s\" is refused: %s has a gateway of this family already; accepted is one, and routes for other networks",
					gateway, *seen);
			else
				*seen = interface->json_path;
		}
	}
}

static void check_own_addresses(struct reader *r, const struct job_network *network)
{
	struct unique *item;
	size_t count = 0, used = 0;

	for (size_t i = 0; i < network->interface_count; i++)
		count += network->interfaces[i].addresses.count;
	item = arena_array(r->arena, count + 1, sizeof(*item));
	for (size_t i = 0; i < network->interface_count; i++) {
		const struct job_interface *interface = &network->interfaces[i];

		for (size_t a = 0; a < interface->addresses.count; a++)
			item[used++] = (struct unique){
				interface->addresses.item[a],
				arena_printf(r->arena, "%s/addresses/%zu", interface->json_path, a),
			};
	}
	check_unique(r, "address", item, used);
}

void check_network(struct reader *r, const struct value *v, void *to)
{
	struct job_network *network = to;

	(void)v;
	network->given = true;
	check_one_each(r, network, network->interface_count);
	check_default_routes(r, network);
	check_own_addresses(r, network);
}
