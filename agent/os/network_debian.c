/*
 * Debian: /etc/network/interfaces (interfaces(5)), in words that every ifupdown since etch knows:
 * no CIDR in `address`, further addresses and routes by `up ip …`.
 */
#include <string.h>

#include "job/gateway.h"
#include "os/cidr.h"
#include "os/dialect.h"

#define INTERFACES "/etc/network/interfaces"

/* What a stanza of any method can carry. */
static void render_up(struct text *text, const struct job_interface *i, bool v6)
{
	const struct strings on_link = gateways_on_link(i, text->arena);
	const char *ip = v6 ? "ip -6" : "ip";

	for (size_t h = 0; h < on_link.count; h++)
		if (cidr_is_v6(on_link.item[h]) == v6)
			text_printf(text, "\tup %s route add %s dev %s\n", ip, on_link.item[h],
				    i->name);
	for (size_t g = 0; g < i->gateways.count; g++)
		if (cidr_is_v6(i->gateways.item[g]) == v6 &&
		    gateway_is_on_link(i, i->gateways.item[g]))
			text_printf(text, "\tup %s route add default via %s dev %s\n", ip,
				    i->gateways.item[g], i->name);
	for (size_t r = 0; r < i->route_count; r++)
		if (cidr_is_v6(i->routes[r].via) == v6)
			text_printf(text, "\tup %s route add %s via %s dev %s\n", ip,
				    i->routes[r].to, i->routes[r].via, i->name);
}

static void render_static(struct text *text, const struct job_interface *i,
			  const struct cidr *address)
{
	text_printf(text, "iface %s %s static\n\taddress %s\n", i->name,
		    address->v6 ? "inet6" : "inet", address->host);
	if (address->v6)
		text_printf(text, "\tnetmask %u\n", address->prefix);
	else
		text_printf(text, "\tnetmask %s\n", address->netmask);
	for (size_t g = 0; g < i->gateways.count; g++)
		if (cidr_is_v6(i->gateways.item[g]) == address->v6 &&
		    !gateway_is_on_link(i, i->gateways.item[g]))
			text_printf(text, "\tgateway %s\n", i->gateways.item[g]);
}

/* One family's addresses: the first one begins a static stanza, unless one is `begun` already. */
static int render_addresses(struct text *text, const struct job_interface *i, bool v6, bool *begun,
			    struct err *err)
{
	for (size_t a = 0; a < i->addresses.count; a++) {
		struct cidr address;

		if (cidr_is_v6(i->addresses.item[a]) != v6)
			continue;
		if (cidr_parse(&address, i->addresses.item[a], err))
			return err_prefix(err, "%s", i->json_path);
		if (*begun)
			text_printf(text, "\tup ip addr add %s dev %s\n", i->addresses.item[a],
				    i->name);
		else
			render_static(text, i, &address);
		*begun = true;
	}
	return 0;
}

static int render_v4(struct text *text, const struct job_interface *i, struct err *err)
{
	bool begun = i->dhcp;

	if (i->dhcp)
		text_printf(text, "iface %s inet dhcp\n", i->name);
	if (render_addresses(text, i, false, &begun, err))
		return -1;
	if (!begun)
		text_printf(text, "iface %s inet manual\n\tup ip link set dev %s up\n", i->name,
			    i->name);
	if (i->mtu)
		text_printf(text, "\tup ip link set dev %s mtu %u\n", i->name, i->mtu);
	render_up(text, i, false);
	return 0;
}

static int render_v6(struct text *text, const struct job_interface *i, struct err *err)
{
	bool begun = false;

	if (render_addresses(text, i, true, &begun, err))
		return -1;
	if (begun)
		render_up(text, i, true);
	return 0;
}

/* With nameservers of the job's own, DHCP must not replace resolv.conf (dhclient-script(8)). */
static void keep_resolv_conf(struct changes *changes, const struct job_network *network)
{
	static const char *const folders[] = {"/etc/dhcp/dhclient-enter-hooks.d",
					      "/etc/dhcp3/dhclient-enter-hooks.d"};
	struct text text = {.arena = changes->arena};
	bool dhcp = false;

	for (size_t i = 0; i < network->interface_count; i++)
		dhcp |= network->interfaces[i].dhcp;
	if (!dhcp || !network->nameservers.count)
		return;
	text_printf(&text, WRITTEN_BY "make_resolv_conf() { :; }\n");
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (target_exists(changes->target, folders[i]))
			changes_file(changes,
				     arena_printf(changes->arena, "%s/newroot-keep-resolv-conf",
						  folders[i]),
				     &text);
}

static int interfaces(struct changes *changes, const struct job_network *network, struct err *err)
{
	struct text text = {.arena = changes->arena};

	text_printf(&text, WRITTEN_BY "\nauto lo\niface lo inet loopback\n");
	for (size_t n = 0; n < network->interface_count; n++) {
		const struct job_interface *i = &network->interfaces[n];

		text_printf(&text, "\nauto %s\n", i->name);
		if (render_v4(&text, i, err) || render_v6(&text, i, err))
			return -1;
	}
	changes_file(changes, INTERFACES, &text)->keep_old = true;
	keep_resolv_conf(changes, network);
	return 0;
}

const struct network_dialect network_debian = {interfaces, NULL};
