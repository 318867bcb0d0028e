/*
 * SUSE: /etc/sysconfig/network/ifcfg-NAME and ifroute-NAME (ifcfg(5), ifroute(5)), as wicked reads them: addresses
 * with their prefix, "-" for a field of a route that is empty.
 */
#include "job/gateway.h"
#include "os/assignments.h"
#include "os/cidr.h"
#include "os/dialect.h"

#define CONFIG SUSE_NETWORK "/config" /* of netconfig(8), which makes resolv.conf */

static void add_ifcfg(struct changes *changes, const struct job_interface *i)
{
	struct text text = {.arena = changes->arena};

	text_printf(&text, WRITTEN_BY "STARTMODE='auto'\nBOOTPROTO='%s'\n",
		    i->dhcp ? "dhcp" : "static");
	for (size_t a = 0; a < i->addresses.count; a++)
		if (a)
			text_printf(&text, "IPADDR_%zu='%s'\n", a, i->addresses.item[a]);
		else
			text_printf(&text, "IPADDR='%s'\n", i->addresses.item[a]);
	if (i->mtu)
		text_printf(&text, "MTU='%u'\n", i->mtu);
	changes_file(changes, arena_printf(changes->arena, SUSE_NETWORK "/ifcfg-%s", i->name),
		     &text);
}

static void add_ifroute(struct changes *changes, const struct job_interface *i)
{
	const struct strings on_link = gateways_on_link(i, changes->arena);
	struct text text = {.arena = changes->arena};

	for (size_t h = 0; h < on_link.count; h++)
		text_printf(&text, "%s/%u - - %s\n", on_link.item[h],
			    cidr_is_v6(on_link.item[h]) ? 128U : 32U, i->name);
	for (size_t g = 0; g < i->gateways.count; g++)
		text_printf(&text, "default %s - %s\n", i->gateways.item[g], i->name);
	for (size_t r = 0; r < i->route_count; r++)
		text_printf(&text, "%s %s - %s\n", i->routes[r].to, i->routes[r].via, i->name);
	if (text.size)
		changes_file(changes,
			     arena_printf(changes->arena, SUSE_NETWORK "/ifroute-%s", i->name),
			     &text);
}

static const char *joined(struct changes *changes, const struct strings *list)
{
	struct text text = {.arena = changes->arena};

	text_join(&text, " ", list->item, list->count);
	return text.data;
}

static int edit_config(struct changes *changes, const struct job_network *network, struct err *err)
{
	const struct assignment set[] = {
		{"NETCONFIG_DNS_STATIC_SERVERS", joined(changes, &network->nameservers)},
		{"NETCONFIG_DNS_STATIC_SEARCHLIST", joined(changes, &network->search)},
	};
	struct text text = {.arena = changes->arena};
	const char *old;

	if (target_read(changes->target, CONFIG, changes->arena, &old, NULL, err))
		return -1;
	if (!old)
		return 0; /* without netconfig: the resolv.conf that is there counts */
	assignments_edit(&text, old, set, sizeof(set) / sizeof(*set));
	changes_edit(changes, CONFIG, &text)->keep_old = true;
	return 0;
}

static int interfaces(struct changes *changes, const struct job_network *network, struct err *err)
{
	for (size_t i = 0; i < network->interface_count; i++) {
		add_ifcfg(changes, &network->interfaces[i]);
		add_ifroute(changes, &network->interfaces[i]);
	}
	return edit_config(changes, network, err);
}

const struct network_dialect network_suse = {interfaces, NULL};
