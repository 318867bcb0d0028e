/*
 * systemd-networkd: /etc/systemd/network/NAME.network (systemd.network(5)), in words that every release since 228 knows.
 * An interface is found by its MAC where the job gives it, whatever it is called.
 */
#include "job/gateway.h"
#include "os/cidr.h"
#include "os/dialect.h"

/* The first file that fits is taken, in the order of the names of all folders. */
#define FILE_FORMAT SYSTEMD_NETWORKS "/00-newroot-%s.network"

static void render_link(struct text *text, const struct job_interface *i)
{
	if (i->mac)
		text_printf(text, WRITTEN_BY "[Match]\nMACAddress=%s\n", i->mac);
	else
		text_printf(text, WRITTEN_BY "[Match]\nName=%s\n", i->name);
	if (i->mtu)
		text_printf(text, "\n[Link]\nMTUBytes=%u\n", i->mtu);
}

static void render_network(struct text *text, const struct job_network *network,
			   const struct job_interface *i)
{
	text_printf(text, "\n[Network]\n");
	if (i->dhcp)
		text_printf(text, "DHCP=ipv4\n");
	for (size_t a = 0; a < i->addresses.count; a++)
		text_printf(text, "Address=%s\n", i->addresses.item[a]);
	for (size_t n = 0; n < network->nameservers.count; n++)
		text_printf(text, "DNS=%s\n", network->nameservers.item[n]);
	if (network->search.count) {
		text_printf(text, "Domains=");
		text_join(text, " ", network->search.item, network->search.count);
		text_printf(text, "\n");
	}
}

/* The key's older spelling, which newer releases know, too. */
static void render_route(struct text *text, const struct job_interface *i, const char *to,
			 const char *via)
{
	text_printf(text, "\n[Route]\n");
	if (to)
		text_printf(text, "Destination=%s\n", to);
	text_printf(text, "Gateway=%s\n", via);
	if (gateway_is_on_link(i, via))
		text_printf(text, "GatewayOnlink=yes\n");
}

static void add_interface(struct changes *changes, const struct job_network *network,
			  const struct job_interface *i)
{
	struct text text = {.arena = changes->arena};

	render_link(&text, i);
	render_network(&text, network, i);
	for (size_t g = 0; g < i->gateways.count; g++)
		render_route(&text, i, NULL, i->gateways.item[g]);
	for (size_t r = 0; r < i->route_count; r++)
		render_route(&text, i, i->routes[r].to, i->routes[r].via);
	if (i->dhcp && network->nameservers.count)
		text_printf(&text, "\n[DHCP]\nUseDNS=no\n");
	changes_file(changes, arena_printf(changes->arena, FILE_FORMAT, i->name), &text);
}

static int interfaces(struct changes *changes, const struct job_network *network, struct err *err)
{
	(void)err;
	for (size_t i = 0; i < network->interface_count; i++)
		add_interface(changes, network, &network->interfaces[i]);
	return 0;
}

const struct network_dialect network_networkd = {interfaces, NULL};
