/*
 * netplan (Ubuntu since 17.10): one YAML file of /etc/netplan, rendered by systemd-networkd. Lists and strings are in YAML's
 * flow style, which is JSON's. A default route is written out, because "default" and gateway4 are not in all releases.
 */
#include "job/gateway.h"
#include "os/cidr.h"
#include "os/dialect.h"

static void render_list(struct text *text, const char *key, const struct strings *list)
{
	text_printf(text, "%s: [", key);
	for (size_t i = 0; i < list->count; i++)
		text_printf(text, "%s\"%s\"", i ? ", " : "", list->item[i]);
	text_printf(text, "]");
}

static void render_nameservers(struct text *text, const struct job_network *network)
{
	if (!network->nameservers.count && !network->search.count)
		return;
	text_printf(text, "      nameservers: {");
	render_list(text, "addresses", &network->nameservers);
	text_printf(text, ", ");
	render_list(text, "search", &network->search);
	text_printf(text, "}\n");
}

static void render_route(struct text *text, const struct job_interface *i, const char *to,
			 const char *via)
{
	text_printf(text, "      - {to: \"%s\", via: \"%s\"%s}\n", to, via,
		    gateway_is_on_link(i, via) ? ", on-link: true" : "");
}

static void render_routes(struct text *text, const struct job_interface *i)
{
	if (i->gateways.count + i->route_count)
		text_printf(text, "      routes:\n");
	for (size_t g = 0; g < i->gateways.count; g++)
		render_route(text, i, cidr_is_v6(i->gateways.item[g]) ? "::/0" : "0.0.0.0/0",
			     i->gateways.item[g]);
	for (size_t r = 0; r < i->route_count; r++)
		render_route(text, i, i->routes[r].to, i->routes[r].via);
}

static void render_interface(struct text *text, const struct job_network *network,
			     const struct job_interface *i)
{
	text_printf(text, "    %s:\n", i->name);
	/* Without set-name, the MAC alone decides, whatever the interface is called. */
	if (i->mac)
		text_printf(text, "      match: {macaddress: \"%s\"}\n", i->mac);
	text_printf(text, "      dhcp4: %s\n", i->dhcp ? "true" : "false");
	if (i->dhcp && network->nameservers.count)
		text_printf(text, "      dhcp4-overrides: {use-dns: false}\n");
	if (i->addresses.count) {
		render_list(text, "      addresses", &i->addresses);
		text_printf(text, "\n");
	}
	if (i->mtu)
		text_printf(text, "      mtu: %u\n", i->mtu);
	render_nameservers(text, network);
	render_routes(text, i);
}

static int interfaces(struct changes *changes, const struct job_network *network, struct err *err)
{
	struct text text = {.arena = changes->arena};

	(void)err;
	text_printf(&text,
		    WRITTEN_BY "network:\n  version: 2\n  renderer: networkd\n  ethernets:\n");
	for (size_t i = 0; i < network->interface_count; i++)
		render_interface(&text, network, &network->interfaces[i]);
	/* Newer releases complain about a file that all can read. */
	changes_file(changes, NETPLAN_FOLDER "/50-newroot.yaml", &text)->mode = 0600;
	return 0;
}

const struct network_dialect network_netplan = {interfaces, NULL};
