#include "os/quarantine.h"

#include <string.h>

#include "base/embed.h"
#include "os/cidr.h"
#include "os/dialect.h"

/* The scripts have these names, too. */
#define CHAIN "newroot-quarantine"
#define TABLE "inet newroot_quarantine"
#define LOG   "newroot quarantine: " /* iptables takes 29 characters */

/*
 * In mangle, not in filter: a firewall of the system's own that is loaded later replaces the filter table, and must
 * not be replaced itself. In POSTROUTING, where all that leaves passes: what this system sends, what it forwards for
 * containers, VPNs and whoever it does NAT for, and what its nat table sends elsewhere. Without connection tracking
 * (2.6.18 has none for IPv6) or logging in the kernel the rules are loaded without those lines; the one of TCP's
 * answers does without.
 */
EMBED_FILE(iptables_load, "agent/os/scripts/iptables-load");
EMBED_FILE(iptables_lift, "agent/os/scripts/iptables-lift");
EMBED_FILE(iptables_loaded, "agent/os/scripts/iptables-loaded");
EMBED_FILE(nft_load, "agent/os/scripts/nft-load");
EMBED_FILE(nft_lift, "agent/os/scripts/nft-lift");
EMBED_FILE(nft_loaded, "agent/os/scripts/nft-loaded");

static const char head[] =
	"# newroot's quarantine, %s: where this system may connect to until cutover.\n"
	"# ./load loads it at boot, before the network; ./lift takes it out.\n";

/* Neighbour discovery and multicast membership: without them no IPv6 address is reached (RFC 4890 4.4). */
static const unsigned icmpv6_types[] = {131, 132, 133, 135, 136, 143};

/* One family of addresses as iptables wants it. */
struct family {
	const char *name, *file;
	bool v6;
};
static const struct family families[] = {{"IPv4", QUARANTINE_FOLDER "/rules.v4", false},
					 {"IPv6", QUARANTINE_FOLDER "/rules.v6", true}};

static void add_destinations(struct text *text, const struct strings *list, bool v6,
			     const char *what)
{
	bool any = false;

	for (size_t i = 0; i < list->count; i++) {
		if (cidr_is_v6(list->item[i]) != v6)
			continue;
		if (!any)
			text_printf(text, "# %s\n", what);
		any = true;
		text_printf(text, "-A " CHAIN " -d %s -j RETURN\n", list->item[i]);
	}
}

static void render_family(struct changes *changes, const struct quarantine *q,
			  const struct family *family)
{
	struct text text = {.arena = changes->arena};

	text_printf(&text, head, family->name);
	text_printf(
		&text,
		"# RETURN: the packet goes on.\n"
		"*mangle\n"
		":" CHAIN " - [0:0]\n"
		"-A " CHAIN " -o lo -j RETURN\n"
		"# Answers to who connected to this system; of TCP all but what begins a connection.\n"
		"-A " CHAIN " -m state --state ESTABLISHED,RELATED -j RETURN\n"
		"-A " CHAIN " -p tcp ! --syn -j RETURN\n");
	add_destinations(&text, q->service, family->v6, "The migration service.");
	add_destinations(&text, q->allow, family->v6, "What the job allows.");
	add_destinations(&text, q->ssh, family->v6, "Whom it reaches by ssh.");
	if (family->v6) {
		text_printf(&text, "# Neighbours and routers.\n");
		for (size_t i = 0; i < sizeof(icmpv6_types) / sizeof(*icmpv6_types); i++)
			text_printf(&text, "-A " CHAIN " -p icmpv6 --icmpv6-type %u -j RETURN\n",
				    icmpv6_types[i]);
	} else if (q->dhcp) {
		text_printf(&text,
			    "# DHCP.\n-A " CHAIN " -p udp --sport 68 --dport 67 -j RETURN\n");
	}
	text_printf(&text, "# All else is dropped, and told now and then.\n"
			   "-A " CHAIN
			   " -m limit --limit 10/minute --limit-burst 10 -j LOG --log-prefix \"" LOG
			   "\" --log-level info\n"
			   "-A " CHAIN " -j DROP\n"
			   "COMMIT\n");
	changes_file(changes, family->file, &text);
}

static void add_nft_destinations(struct text *text, const struct strings *list, const char *what)
{
	if (list->count)
		text_printf(text, "\t\t# %s\n", what);
	for (size_t i = 0; i < list->count; i++)
		text_printf(text, "\t\t%s daddr %s accept\n",
			    cidr_is_v6(list->item[i]) ? "ip6" : "ip", list->item[i]);
}

static void render_nft(struct changes *changes, const struct quarantine *q)
{
	struct text text = {.arena = changes->arena};

	text_printf(&text, head, "IPv4 and IPv6");
	text_printf(&text, "table " TABLE "\n"
			   "delete table " TABLE "\n"
			   "table " TABLE " {\n"
			   "\t# All that leaves passes here: sent by this system, or forwarded.\n"
			   "\tchain postrouting {\n"
			   "\t\ttype filter hook postrouting priority -150; policy drop;\n"
			   "\t\toifname \"lo\" accept\n"
			   "\t\t# Answers to who connected to this system.\n"
			   "\t\tct state established,related accept\n");
	add_nft_destinations(&text, q->service, "The migration service.");
	add_nft_destinations(&text, q->allow, "What the job allows.");
	add_nft_destinations(&text, q->ssh, "Whom it reaches by ssh.");
	text_printf(&text, "\t\t# Neighbours and routers.\n\t\ticmpv6 type { ");
	for (size_t i = 0; i < sizeof(icmpv6_types) / sizeof(*icmpv6_types); i++)
		text_printf(&text, "%s%u", i ? ", " : "", icmpv6_types[i]);
	text_printf(&text, " } accept\n");
	if (q->dhcp)
		text_printf(&text, "\t\t# DHCP.\n\t\tudp sport 68 udp dport 67 accept\n");
	text_printf(&text,
		    "\t\t# All else is dropped, and told now and then.\n"
		    "\t\tlimit rate 10/minute burst 10 packets log prefix \"" LOG "\" level info\n"
		    "\t}\n"
		    "}\n");
	changes_file(changes, QUARANTINE_FOLDER "/rules.nft", &text);
}

/* Where the program is, after all links; NULL: nowhere. */
static const char *find_program(const struct changes *changes, const char *name)
{
	static const char *const folders[] = {"/sbin", "/usr/sbin", "/bin", "/usr/bin"};
	const char *found = NULL;

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders) && !found; i++)
		found = target_resolve(changes->target,
				       arena_printf(changes->arena, "%s/%s", folders[i], name),
				       changes->arena);
	return found;
}

enum quarantine_tool quarantine_tool(const struct changes *changes)
{
	const char *v4 = find_program(changes, "iptables-restore");

	if (v4 && find_program(changes, "ip6tables-restore"))
		return strstr(v4, "-nft") ? QUARANTINE_IPTABLES_NFT : QUARANTINE_IPTABLES;
	return find_program(changes, "nft") ? QUARANTINE_NFT : QUARANTINE_NONE;
}

static void add_script(struct changes *changes, const char *path, const char *script)
{
	struct text text = {.arena = changes->arena};

	text_add(&text, script, strlen(script));
	changes_file(changes, path, &text)->mode = 0755;
}

static void note_open(const struct changes *changes, const struct quarantine *q, const char *by)
{
	struct text open = {.arena = changes->arena};

	for (size_t i = 0; i < q->service->count; i++)
		text_printf(&open, " %s (the service)", q->service->item[i]);
	for (size_t i = 0; i < q->allow->count; i++)
		text_printf(&open, " %s", q->allow->item[i]);
	for (size_t i = 0; i < q->ssh->count; i++)
		text_printf(&open, " %s (by ssh)", q->ssh->item[i]);
	changes_note(changes, "quarantine by %s; open:%s", by, open.size ? open.data : " nothing");
}

static int refuse_open(const struct changes *changes, struct err *err)
{
	bool v4 = find_program(changes, "iptables-restore");

	return err_set(
		err, ERR_CONFIGURE, QUARANTINE_FOLDER,
		"the new system has neither %s nor nft, so %s would stay open; add iptables or nftables to the archive, or leave the job's quarantine out",
		v4 ? "ip6tables-restore" : "iptables-restore", v4 ? "IPv6" : "the quarantine");
}

int quarantine_render(struct changes *changes, const struct quarantine *q, struct err *err)
{
	enum quarantine_tool tool = quarantine_tool(changes);
	bool nft = tool == QUARANTINE_NFT;

	if (tool == QUARANTINE_NONE)
		return refuse_open(changes, err);
	for (size_t i = 0; i < sizeof(families) / sizeof(*families) && !nft; i++)
		render_family(changes, q, &families[i]);
	if (nft)
		render_nft(changes, q);
	add_script(changes, QUARANTINE_LOAD, nft ? nft_load : iptables_load);
	add_script(changes, QUARANTINE_LOADED, nft ? nft_loaded : iptables_loaded);
	add_script(changes, QUARANTINE_LIFT, nft ? nft_lift : iptables_lift);
	note_open(changes, q, nft ? "nft" : "iptables");
	return 0;
}
