#include "job/gateway.h"

#include <string.h>

#include "job/address.h"

static bool is_in(const struct address *via, const char *own)
{
	struct address network;

	return address_parse_prefix(own, &network) && address_in(via, &network) &&
	       !address_same(via, &network);
}

bool gateway_is_near(const struct job_interface *interface, const char *gateway)
{
	struct address via;

	if (!address_parse_host(gateway, &via))
		return false;
	if (address_is_link_local(&via))
		return true;
	for (size_t i = 0; i < interface->addresses.count; i++)
		if (is_in(&via, interface->addresses.item[i]))
			return true;
	return false;
}

static bool is_alone(const char *own, const struct address *via)
{
	struct address address;

	return address_parse_prefix(own, &address) && address.bits == via->bits &&
	       address.prefix == address.bits && !address_same(&address, via);
}

bool gateway_is_on_link(const struct job_interface *interface, const char *gateway)
{
	struct address via;

	if (!address_parse_host(gateway, &via) || gateway_is_near(interface, gateway))
		return false;
	for (size_t i = 0; i < interface->addresses.count; i++)
		if (is_alone(interface->addresses.item[i], &via))
			return true;
	return false;
}

static void add_hop(struct strings *hops, const struct job_interface *interface, const char *hop)
{
	if (gateway_is_on_link(interface, hop) && !strings_have(hops, hop))
		hops->item[hops->count++] = hop;
}

struct strings gateways_on_link(const struct job_interface *interface, struct arena *arena)
{
	const size_t most = interface->gateways.count + interface->route_count;
	struct strings hops = {.item = arena_array(arena, most + 1, sizeof(*hops.item))};

	for (size_t i = 0; i < interface->gateways.count; i++)
		add_hop(&hops, interface, interface->gateways.item[i]);
	for (size_t i = 0; i < interface->route_count; i++)
		add_hop(&hops, interface, interface->routes[i].via);
	return hops;
}
