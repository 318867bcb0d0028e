/*
 * Gentoo: /etc/conf.d/net and one link to net.lo an interface. baselayout 1 reads bash arrays,
 * config_eth0=( "10.0.0.5/24" ); OpenRC's netifrc reads lines of one string (net.example of each).
 */
#include <string.h>

#include "job/gateway.h"
#include "os/cidr.h"
#include "os/assignments.h"
#include "os/dialect.h"

#define NET      "/etc/conf.d/net"
#define HOSTNAME "/etc/conf.d/hostname"
#define RUNLEVEL "/etc/runlevels/default"

/* OpenRC keeps its version where its libraries are; baselayout 1 has none of these. */
static bool is_openrc(const struct target *target)
{
	static const char *const versions[] = {"/lib/rc/version",         "/lib64/rc/version",
					       "/lib32/rc/version",       "/libexec/rc/version",
					       "/usr/libexec/rc/version", "/sbin/openrc-run"};

	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++)
		if (target_exists(target, versions[i]))
			return true;
	return false;
}

/* One variable that holds a list, in the old or in the new style. */
struct list {
	struct text *text;
	bool old_style;
	size_t count;
};

static void list_add(struct list *list, const char *name, const char *interface, const char *item)
{
	const char *between = list->old_style ? "\"\n\t\"" : "\n";

	if (list->count++)
		text_printf(list->text, "%s%s", between, item);
	else
		text_printf(list->text, list->old_style ? "%s_%s=( \"%s" : "%s_%s=\"%s", name,
			    interface, item);
}

static void list_end(const struct list *list)
{
	if (list->count)
		text_printf(list->text, list->old_style ? "\" )\n" : "\"\n");
}

static void render_config(struct text *text, const struct job_interface *i, bool old_style)
{
	struct list list = {.text = text, .old_style = old_style};

	if (i->dhcp)
		list_add(&list, "config", i->name, "dhcp");
	for (size_t a = 0; a < i->addresses.count; a++)
		list_add(&list, "config", i->name, i->addresses.item[a]);
	if (!list.count)
		list_add(&list, "config", i->name, "null");
	list_end(&list);
}

static void render_routes(struct text *text, const struct job_interface *i, bool old_style)
{
	struct list list = {.text = text, .old_style = old_style};
	struct text route = {.arena = text->arena};
	const struct strings on_link = gateways_on_link(i, text->arena);

	/* Of three words netifrc takes the last for a gateway: a host route is the one word. */
	for (size_t h = 0; h < on_link.count; h++) {
		route.size = 0;
		text_printf(&route, "%s/%u", on_link.item[h],
			    cidr_is_v6(on_link.item[h]) ? 128U : 32U);
		list_add(&list, "routes", i->name, route.data);
	}
	for (size_t g = 0; g < i->gateways.count; g++) {
		route.size = 0;
		text_printf(&route, "default via %s", i->gateways.item[g]);
		list_add(&list, "routes", i->name, route.data);
	}
	for (size_t r = 0; r < i->route_count; r++) {
		route.size = 0;
		text_printf(&route, "%s via %s", i->routes[r].to, i->routes[r].via);
		list_add(&list, "routes", i->name, route.data);
	}
	list_end(&list);
}

static void render_interface(struct text *text, const struct job_network *network,
			     const struct job_interface *i, bool old_style)
{
	text_add(text, "\n", 1);
	render_config(text, i, old_style);
	if (i->dhcp && network->nameservers.count)
		text_printf(text, "dhcp_%s=\"nodns\"\n", i->name);
	render_routes(text, i, old_style);
	if (i->mtu)
		text_printf(text, "mtu_%s=\"%u\"\n", i->name, i->mtu);
}

static void start_at_boot(struct changes *changes, const char *name)
{
	const char *script = arena_printf(changes->arena, "/etc/init.d/net.%s", name);

	changes_link(changes, script, "net.lo");
	changes_link(changes, arena_printf(changes->arena, RUNLEVEL "/net.%s", name), script);
}

static int interfaces(struct changes *changes, const struct job_network *network, struct err *err)
{
	struct text text = {.arena = changes->arena};
	bool old_style = !is_openrc(changes->target);

	(void)err;
	text_printf(&text, WRITTEN_BY);
	for (size_t i = 0; i < network->interface_count; i++) {
		render_interface(&text, network, &network->interfaces[i], old_style);
		start_at_boot(changes, network->interfaces[i].name);
	}
	changes_file(changes, NET, &text)->keep_old = true;
	return 0;
}

static int hostname(struct changes *changes, const char *name, struct err *err)
{
	struct text text = {.arena = changes->arena};
	bool old_style = !is_openrc(changes->target);
	/* The short name; the domain comes from /etc/hosts. */
	const struct assignment set = {
		old_style ? "HOSTNAME" : "hostname",
		arena_printf(changes->arena, "%.*s", (int)strcspn(name, "."), name)};
	const char *old;

	if (target_read(changes->target, HOSTNAME, changes->arena, &old, NULL, err))
		return -1;
	assignments_edit(&text, old, &set, 1);
	changes_edit(changes, HOSTNAME, &text);
	return 0;
}

const struct network_dialect network_gentoo = {interfaces, hostname};
