#include "os/names.h"

#include <string.h>

#include "os/dialect.h"

/* Systems expect the short name there; the domain comes from /etc/hosts (hostname(1)). */
static void render_hostname(struct changes *changes, const char *hostname)
{
	struct text text = {.arena = changes->arena};

	text_printf(&text, "%.*s\n", (int)strcspn(hostname, "."), hostname);
	changes_file(changes, "/etc/hostname", &text)->keep_old = true;
}

/* The address other hosts know it by; with DHCP a loopback one, as Debian does. */
static const char *own_address(struct changes *changes, const struct job_network *network)
{
	for (size_t i = 0; i < network->interface_count; i++)
		for (size_t a = 0; a < network->interfaces[i].addresses.count; a++) {
			const char *address = network->interfaces[i].addresses.item[a];

			return arena_printf(changes->arena, "%.*s", (int)strcspn(address, "/"),
					    address);
		}
	return "127.0.1.1";
}

static void render_hosts(struct changes *changes, const struct job_network *network)
{
	struct text text = {.arena = changes->arena};
	const char *name = network->hostname;

	text_printf(&text, WRITTEN_BY "127.0.0.1\tlocalhost\n"
				      "::1\tlocalhost ip6-localhost ip6-loopback\n");
	if (name) {
		text_printf(&text, "%s\t%s", own_address(changes, network), name);
		if (strchr(name, '.'))
			text_printf(&text, " %.*s", (int)strcspn(name, "."), name);
		text_add(&text, "\n", 1);
	}
	for (size_t i = 0; i < network->host_count; i++) {
		const struct job_host *host = &network->hosts[i];

		text_printf(&text, "%s\t", host->address);
		for (size_t n = 0; n < host->names.count; n++)
			text_printf(&text, "%s%s", n ? " " : "", host->names.item[n]);
		text_add(&text, "\n", 1);
	}
	changes_file(changes, "/etc/hosts", &text)->keep_old = true;
}

static void render_resolv_conf(struct changes *changes, const struct job_network *network)
{
	struct text text = {.arena = changes->arena};

	text_printf(&text, WRITTEN_BY);
	for (size_t i = 0; i < network->search.count; i++)
		text_printf(&text, "%s%s%s", i ? " " : "search ", network->search.item[i],
			    i + 1 == network->search.count ? "\n" : "");
	for (size_t i = 0; i < network->nameservers.count; i++)
		text_printf(&text, "nameserver %s\n", network->nameservers.item[i]);
	changes_file(changes, "/etc/resolv.conf", &text)->keep_old = true;
}

void names_render(struct changes *changes, const struct job_network *network)
{
	if (network->hostname)
		render_hostname(changes, network->hostname);
	if (network->hostname || network->host_count)
		render_hosts(changes, network);
	if (network->nameservers.count || network->search.count)
		render_resolv_conf(changes, network);
}
