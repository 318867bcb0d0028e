#include "os/names.h"

#include <string.h>

#include "os/dialect.h"

#define HOSTS           "/etc/hosts"
#define HOSTS_NOTES_MAX 20 /* a person reads no more of them */

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

/* 127.0.0.0/8, and the names that distributions give to ::1, fe00::0 and groups of ff00::/8. */
static bool is_everywhere(const char *address)
{
	return !strncmp(address, "127.", 4) || !strcmp(address, "::1") ||
	       !strncmp(address, "fe00:", 5) || !strncmp(address, "ff0", 3);
}

/* The next word of a line, NUL-terminated; NULL at its end or its comment. */
static const char *next_word(const char **rest, struct arena *arena)
{
	size_t size;

	*rest += strspn(*rest, " \t\r");
	size = strcspn(*rest, " \t\r#");
	if (!size)
		return NULL;
	*rest += size;
	return arena_printf(arena, "%.*s", (int)size, *rest - size);
}

static bool line_has(const char *line, const char *address, const char *name, struct arena *arena)
{
	const char *word = next_word(&line, arena);

	if (!word || strcmp(word, address) != 0)
		return false;
	while ((word = next_word(&line, arena)))
		if (!strcmp(word, name))
			return true;
	return false;
}

static bool hosts_have(const char *hosts, const char *address, const char *name,
		       struct arena *arena)
{
	const char *line;
	size_t size;

	while (text_next(&hosts, &line, &size))
		if (line_has(arena_printf(arena, "%.*s", (int)size, line), address, name, arena))
			return true;
	return false;
}

/* "10.1.0.9 db2 db2.old": what of a line of the old file is not in the new one; "" for none. */
static const char *lost_names(const char *line, const char *hosts, struct arena *arena)
{
	const char *address = next_word(&line, arena), *name;
	struct text lost = {.arena = arena};

	if (!address || is_everywhere(address))
		return "";
	while ((name = next_word(&line, arena)))
		if (!hosts_have(hosts, address, name, arena))
			text_printf(&lost, "%s %s", lost.size ? "" : address, name);
	return lost.size ? lost.data : "";
}

/* Programs of the system may know other machines by these. */
static int note_lost_hosts(const struct changes *changes, const char *hosts, struct err *err)
{
	const char *rest, *line;
	size_t size, count = 0;

	if (target_read(changes->target, HOSTS, changes->arena, &rest, NULL, err))
		return -1;
	while (rest && text_next(&rest, &line, &size)) {
		const char *copy = arena_printf(changes->arena, "%.*s", (int)size, line);
		const char *lost = lost_names(copy, hosts, changes->arena);

		if (*lost && count++ < HOSTS_NOTES_MAX)
			changes_note(changes, HOSTS ": the old one had %s; the new one has not",
				     lost);
	}
	if (count > HOSTS_NOTES_MAX)
		changes_note(changes, HOSTS ": %zu more such lines are in " HOSTS ".premigration",
			     count - HOSTS_NOTES_MAX);
	return 0;
}

static int render_hosts(struct changes *changes, const struct job_network *network, struct err *err)
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
	changes_file(changes, HOSTS, &text)->keep_old = true;
	return note_lost_hosts(changes, text.data, err);
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

int names_render(struct changes *changes, const struct job_network *network, struct err *err)
{
	if (network->hostname)
		render_hostname(changes, network->hostname);
	if ((network->hostname || network->host_count) && render_hosts(changes, network, err))
		return -1;
	if (network->nameservers.count || network->search.count)
		render_resolv_conf(changes, network);
	return 0;
}
