/*
 * NetworkManager: a keyfile an interface (nm-settings-keyfile(5)), in words that 0.9 knew already: a gateway stands behind an
 * address, a route's behind its network. An interface is found by its MAC where the job gives it, whatever it is called.
 */
#include "job/gateway.h"
#include "os/cidr.h"
#include "os/dialect.h"

#define CONNECTIONS "/etc/NetworkManager/system-connections"

/* Debian's and Ubuntu's: leaves all but wireless interfaces to others. A file of that name in /etc replaces it. */
#define ONLY_WIRELESS "conf.d/10-globally-managed-devices.conf"

static void render_head(struct text *text, const struct job_interface *i, size_t number)
{
	/* The UUID has to differ from those of this machine's other connections only. */
	text_printf(text,
		    WRITTEN_BY
		    "[connection]\nid=%s\nuuid=6e657772-6f6f-4074-8000-%012zx\ntype=ethernet\n",
		    i->name, number);
	if (!i->mac)
		text_printf(text, "interface-name=%s\n", i->name);
	text_printf(text, "\n[ethernet]\n");
	if (i->mac)
		text_printf(text, "mac-address=%s\n", i->mac);
	if (i->mtu)
		text_printf(text, "mtu=%u\n", i->mtu);
}

/* The gateway of this family, or NULL. */
static const char *gateway_of(const struct job_interface *i, bool v6)
{
	for (size_t g = 0; g < i->gateways.count; g++)
		if (cidr_is_v6(i->gateways.item[g]) == v6)
			return i->gateways.item[g];
	return NULL;
}

static unsigned render_addresses(struct text *text, const struct job_interface *i, bool v6)
{
	const char *gateway = gateway_of(i, v6);
	unsigned count = 0;

	for (size_t a = 0; a < i->addresses.count; a++) {
		if (cidr_is_v6(i->addresses.item[a]) != v6)
			continue;
		text_printf(text, "address%u=%s", ++count, i->addresses.item[a]);
		if (count == 1 && gateway)
			text_printf(text, ",%s", gateway);
		text_printf(text, "\n");
	}
	return count;
}

static void render_routes(struct text *text, const struct job_interface *i, bool v6)
{
	const struct strings on_link = gateways_on_link(i, text->arena);
	unsigned count = 0;

	for (size_t h = 0; h < on_link.count; h++)
		if (cidr_is_v6(on_link.item[h]) == v6)
			text_printf(text, "route%u=%s/%u\n", ++count, on_link.item[h],
				    v6 ? 128U : 32U);
	for (size_t r = 0; r < i->route_count; r++)
		if (cidr_is_v6(i->routes[r].via) == v6)
			text_printf(text, "route%u=%s,%s\n", ++count, i->routes[r].to,
				    i->routes[r].via);
}

static void render_dns(struct text *text, const struct job_network *network, bool v6)
{
	bool any = false;

	for (size_t n = 0; n < network->nameservers.count; n++)
		if (cidr_is_v6(network->nameservers.item[n]) == v6) {
			text_printf(text, "%s%s;", any ? "" : "dns=", network->nameservers.item[n]);
			any = true;
		}
	text_printf(text, "%s", any ? "\n" : "");
	if (network->nameservers.count)
		text_printf(text, "ignore-auto-dns=true\n");
	if (v6 || !network->search.count)
		return;
	text_printf(text, "dns-search=");
	text_join(text, ";", network->search.item, network->search.count);
	text_printf(text, ";\n");
}

/* Without an address of the job's, IPv4 is off, and IPv6 as a router of the network tells. */
static void render_family(struct text *text, const struct job_network *network,
			  const struct job_interface *i, bool v6)
{
	struct text addresses = {.arena = text->arena};
	bool fixed = render_addresses(&addresses, i, v6) > 0;
	const char *otherwise = v6 || i->dhcp ? "auto" : "disabled";

	text_printf(text, "\n[%s]\nmethod=%s\n%s", v6 ? "ipv6" : "ipv4",
		    fixed && (v6 || !i->dhcp) ? "manual" : otherwise, fixed ? addresses.data : "");
	render_routes(text, i, v6);
	if (v6 || fixed || i->dhcp)
		render_dns(text, network, v6);
}

static void manage_all(struct changes *changes)
{
	struct text text = {.arena = changes->arena};

	if (!target_exists(changes->target, "/usr/lib/NetworkManager/" ONLY_WIRELESS))
		return;
	text_printf(&text, WRITTEN_BY);
	changes_file(changes, "/etc/NetworkManager/" ONLY_WIRELESS, &text);
}

static int interfaces(struct changes *changes, const struct job_network *network, struct err *err)
{
	(void)err;
	manage_all(changes);
	for (size_t n = 0; n < network->interface_count; n++) {
		const struct job_interface *i = &network->interfaces[n];
		struct text text = {.arena = changes->arena};

		render_head(&text, i, n + 1);
		render_family(&text, network, i, false);
		render_family(&text, network, i, true);
		/* One that others can read is passed over. */
		changes_file(changes,
			     arena_printf(changes->arena, CONNECTIONS "/%s.nmconnection", i->name),
			     &text)
			->mode = 0600;
	}
	return 0;
}

const struct network_dialect network_manager = {interfaces, NULL};
