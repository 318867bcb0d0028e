/*
 * RHEL and its kin: /etc/sysconfig/network and network-scripts/ifcfg-NAME, route-NAME, route6-NAME
 * (sysconfig.txt of initscripts), in words that releases 5 to 8 share: PREFIX beside NETMASK,
 * alias files for further IPv4 addresses.
 */
#include <string.h>

#include "job/gateway.h"
#include "os/cidr.h"
#include "os/assignments.h"
#include "os/dialect.h"

#define NETWORK "/etc/sysconfig/network"
#define SCRIPTS RHEL_SCRIPTS

static const char *script(struct changes *changes, const char *kind, const char *name)
{
	return arena_printf(changes->arena, SCRIPTS "/%s-%s", kind, name);
}

static void render_v4(struct text *text, const struct cidr *address)
{
	text_printf(text, "IPADDR=%s\nNETMASK=%s\nPREFIX=%u\n", address->host, address->netmask,
		    address->prefix);
}

/* A further IPv4 address: a file of its own, brought up with its parent. */
static void add_alias(struct changes *changes, const struct job_interface *i, unsigned number,
		      const struct cidr *address)
{
	struct text text = {.arena = changes->arena};
	const char *name = arena_printf(changes->arena, "%s:%u", i->name, number);

	text_printf(&text, WRITTEN_BY "DEVICE=%s\nONPARENT=yes\nBOOTPROTO=none\n", name);
	render_v4(&text, address);
	changes_file(changes, script(changes, "ifcfg", name), &text);
}

static int render_addresses(struct changes *changes, struct text *text,
			    const struct job_interface *i, struct err *err)
{
	struct text others = {.arena = changes->arena}; /* IPv6 addresses after the first */
	unsigned v4 = i->dhcp, v6 = 0, aliases = 0;

	for (size_t a = 0; a < i->addresses.count; a++) {
		struct cidr address;

		if (cidr_parse(&address, i->addresses.item[a], err))
			return err_prefix(err, "%s", i->json_path);
		if (address.v6 && v6++)
			text_printf(&others, "%s%s", others.size ? " " : "", i->addresses.item[a]);
		else if (address.v6)
			text_printf(text, "IPV6INIT=yes\nIPV6ADDR=%s\n", i->addresses.item[a]);
		else if (v4++)
			add_alias(changes, i, ++aliases, &address);
		else
			render_v4(text, &address);
	}
	if (others.size)
		text_printf(text, "IPV6ADDR_SECONDARIES=\"%s\"\n", others.data);
	return 0;
}

static void render_gateways(struct text *text, const struct job_interface *i)
{
	for (size_t g = 0; g < i->gateways.count; g++) {
		const char *gateway = i->gateways.item[g];

		if (cidr_is_link_local(gateway))
			text_printf(text, "IPV6_DEFAULTGW=%s%%%s\n", gateway, i->name);
		else
			text_printf(text, "%s=%s\n",
				    cidr_is_v6(gateway) ? "IPV6_DEFAULTGW" : "GATEWAY", gateway);
	}
}

/* NetworkManager writes resolv.conf anew, from these. */
static void render_nameservers(struct text *text, const struct job_network *network, bool dhcp)
{
	if (dhcp && network->nameservers.count)
		text_printf(text, "PEERDNS=no\n");
	for (size_t n = 0; n < network->nameservers.count; n++)
		text_printf(text, "DNS%zu=%s\n", n + 1, network->nameservers.item[n]);
	for (size_t s = 0; s < network->search.count; s++)
		text_printf(text, "%s%s%s", s ? " " : "DOMAIN=\"", network->search.item[s],
			    s + 1 == network->search.count ? "\"\n" : "");
}

/* initscripts pass over a GATEWAY that is in no network of the interface (ifup-eth); NetworkManager heeds it. */
static void render_on_link(struct text *text, const struct job_interface *i, bool v6)
{
	const struct strings on_link = gateways_on_link(i, text->arena);

	for (size_t h = 0; h < on_link.count; h++)
		if (cidr_is_v6(on_link.item[h]) == v6)
			text_printf(text, "%s dev %s\n", on_link.item[h], i->name);
	for (size_t g = 0; g < i->gateways.count; g++)
		if (cidr_is_v6(i->gateways.item[g]) == v6 &&
		    gateway_is_on_link(i, i->gateways.item[g]))
			text_printf(text, "default via %s dev %s\n", i->gateways.item[g], i->name);
}

static void add_routes(struct changes *changes, const struct job_interface *i, bool v6)
{
	struct text text = {.arena = changes->arena};

	render_on_link(&text, i, v6);
	for (size_t r = 0; r < i->route_count; r++)
		if (cidr_is_v6(i->routes[r].via) == v6)
			text_printf(&text, "%s via %s dev %s\n", i->routes[r].to, i->routes[r].via,
				    i->name);
	if (text.size)
		changes_file(changes, script(changes, v6 ? "route6" : "route", i->name), &text);
}

static int add_interface(struct changes *changes, const struct job_network *network,
			 const struct job_interface *i, struct err *err)
{
	struct text text = {.arena = changes->arena};
	const char *path = script(changes, "ifcfg", i->name);

	text_printf(&text, WRITTEN_BY "DEVICE=%s\n", i->name);
	if (i->mac)
		text_printf(&text, "HWADDR=%s\n", i->mac);
	text_printf(&text, "ONBOOT=yes\nBOOTPROTO=%s\n", i->dhcp ? "dhcp" : "none");
	if (render_addresses(changes, &text, i, err))
		return -1;
	render_gateways(&text, i);
	if (i->mtu)
		text_printf(&text, "MTU=%u\n", i->mtu);
	render_nameservers(&text, network, i->dhcp);
	changes_file(changes, path, &text);
	add_routes(changes, i, false);
	add_routes(changes, i, true);
	return 0;
}

static int edit_network(struct changes *changes, const struct assignment *set, size_t count,
			struct err *err)
{
	struct text text = {.arena = changes->arena};
	const char *old;

	if (changes_text(changes, NETWORK, &old, err))
		return -1;
	assignments_edit(&text, old, set, count);
	changes_edit(changes, NETWORK, &text)->keep_old = true;
	return 0;
}

static bool any_v6(const struct job_network *network)
{
	for (size_t i = 0; i < network->interface_count; i++)
		for (size_t a = 0; a < network->interfaces[i].addresses.count; a++)
			if (cidr_is_v6(network->interfaces[i].addresses.item[a]))
				return true;
	return false;
}

static int interfaces(struct changes *changes, const struct job_network *network, struct err *err)
{
	/* The gateway is the interface's now. Releases 5 and 6 leave IPv6 off unless the last is there. */
	static const struct assignment set[] = {{"NETWORKING", "yes"},
						{"GATEWAY", NULL},
						{"GATEWAYDEV", NULL},
						{"NETWORKING_IPV6", "yes"}};
	size_t count = sizeof(set) / sizeof(*set) - !any_v6(network);

	for (size_t i = 0; i < network->interface_count; i++)
		if (add_interface(changes, network, &network->interfaces[i], err))
			return -1;
	return edit_network(changes, set, count, err);
}

static int hostname(struct changes *changes, const char *name, struct err *err)
{
	const struct assignment set = {"HOSTNAME", name};

	return edit_network(changes, &set, 1, err);
}

const struct network_dialect network_rhel = {interfaces, hostname};
