/*
 * A table of its own for each family: kernels before 5.2 have no NAT in the family inet. Its chains come before
 * those at the usual priorities, which may redirect the old addresses to the old servers.
 */
#include <string.h>

#include "cutover/forward.h"

static const struct family {
	bool v6;
	const char *name, *sysctl;
} families[] = {
	{false, "ip", "net.ipv4.ip_forward"},
	{true, "ip6", "net.ipv6.conf.all.forwarding"},
};

#define FAMILIES (sizeof(families) / sizeof(families[0]))

static void redirect(FILE *out, const char *family, const struct public_row *row)
{
	fprintf(out, "\t\t%s daddr %s dnat to %s comment \"%s\"\n", family, row->old, row->new,
		row->vm);
}

static void masquerade(FILE *out, const char *family, const struct public_row *row)
{
	fprintf(out, "\t\tct status dnat ct original %s daddr %s masquerade\n", family, row->old);
}

static const struct chain {
	const char *name, *hook, *priority;
	void (*print)(FILE *out, const char *family, const struct public_row *row);
} chains[] = {
	{"prerouting", "prerouting", "-110", redirect},
	{"output", "output", "-110", redirect},
	{"postrouting", "postrouting", "90", masquerade},
};

static void print_chain(FILE *out, const struct cutover_group *group, const struct family *family,
			const struct chain *chain)
{
	fprintf(out, "\tchain %s {\n\t\ttype nat hook %s priority %s; policy accept;\n",
		chain->name, chain->hook, chain->priority);
	for (size_t i = 0; i < group->public.count; i++)
		if (public_moves(&group->public, i) &&
		    public_is_v6(group->public.row[i].old) == family->v6)
			chain->print(out, family->name, &group->public.row[i]);
	fprintf(out, "\t}\n");
}

/* Made, so that it can be deleted, and then made anew: all in one transaction. */
static void print_table(FILE *out, const struct cutover_group *group, const struct family *family)
{
	fprintf(out, "\nadd table %s newroot_%s\ndelete table %s newroot_%s\n", family->name,
		group->name, family->name, group->name);
	fprintf(out, "table %s newroot_%s {\n", family->name, group->name);
	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++)
		print_chain(out, group, family, &chains[i]);
	fprintf(out, "}\n");
}

static void print_use(FILE *out, const struct cutover_group *group)
{
	fprintf(out, "# load   nft -f THIS-FILE\n");
	for (size_t i = 0; i < FAMILIES; i++)
		if (forward_count(group, families[i].v6))
			fprintf(out, "#        sysctl -w %s=1\n", families[i].sysctl);
	for (size_t i = 0; i < FAMILIES; i++)
		if (forward_count(group, families[i].v6))
			fprintf(out, "# undo   nft delete table %s newroot_%s\n", families[i].name,
				group->name);
	fprintf(out,
		"#\n# Where another table drops what is forwarded, only that table can let it through; for instance\n"
		"#        nft insert rule inet filter forward ct status dnat accept\n");
}

void forward_print_nft(FILE *out, const struct cutover_group *group, int64_t now_ms)
{
	forward_print_head(out, group, now_ms);
	print_use(out, group);
	for (size_t i = 0; i < FAMILIES; i++)
		if (forward_count(group, families[i].v6))
			print_table(out, group, &families[i]);
}
