/*
 * Rules go in at the top: an edge has rules for its old servers already, and one that drops the rest. They
 * are told by a comment and have no chains of their own, so one filter over iptables-save takes them
 * out, also when they were loaded twice.
 */
#include <string.h>

#include "cutover/forward.h"

static const struct family {
	bool v6;
	const char *program, *option, *sysctl, *name;
} families[] = {
	{false, "iptables", "", "net.ipv4.ip_forward", "IPv4"},
	{true, "ip6tables", " --ipv6", "net.ipv6.conf.all.forwarding", "IPv6"},
};

/*
 * '<' stands for the old address, '>' for the new one. Only what these rules have redirected is let
 * through and masqueraded; the filter comes first, for each table is loaded by itself.
 */
static const struct table {
	const char *name;
	struct rule {
		const char *chain, *match, *target;
	} rule[4];
} tables[] = {
	{"filter", {{"FORWARD", "-m conntrack --ctstate DNAT --ctorigdst <", "ACCEPT"}}},
	{"nat",
	 {{"PREROUTING", "-d <", "DNAT --to-destination >"},
	  {"OUTPUT", "-d <", "DNAT --to-destination >"},
	  {"POSTROUTING", "-m conntrack --ctstate DNAT --ctorigdst <", "MASQUERADE"}}},
};

static void fill(FILE *out, const char *text, const struct public_row *row)
{
	for (; *text; text++)
		if (*text == '<')
			fputs(row->old, out);
		else if (*text == '>')
			fputs(row->new, out);
		else
			fputc(*text, out);
}

/* A rule for each address, numbered, so that they stand in the chain as they are printed. */
static void print_rules(FILE *out, const struct cutover_group *group, bool v6,
			const struct rule *rule)
{
	unsigned place = 0;

	for (size_t i = 0; i < group->public.count; i++) {
		const struct public_row *row = &group->public.row[i];

		if (!public_moves(&group->public, i) || public_is_v6(row->old) != v6)
			continue;
		fprintf(out, "-I %s %u ", rule->chain, ++place);
		fill(out, rule->match, row);
		fprintf(out, " -m comment --comment \"newroot group %s\" -j ", group->name);
		fill(out, rule->target, row);
		fputc('\n', out);
	}
}

static void print_use(FILE *out, const struct cutover_group *group, const struct family *family,
		      const struct family *other)
{
	const size_t others = forward_count(group, other->v6);

	fprintf(out,
		"# load   %s-restore --noflush < THIS-FILE\n"
		"#        sysctl -w %s=1\n"
		"# undo   %s-save | grep -vF '\"newroot group %s\"' | %s-restore\n",
		family->program, family->sysctl, family->program, group->name, family->program);
	if (others)
		fprintf(out, "# also   %zu old %s addresses: newroot-server forward %s%s\n", others,
			other->name, group->name, other->option);
}

void forward_print_iptables(FILE *out, const struct cutover_group *group, bool v6, int64_t now_ms)
{
	forward_print_head(out, group, now_ms);
	print_use(out, group, &families[v6], &families[!v6]);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		fprintf(out, "*%s\n", tables[i].name);
		for (const struct rule *rule = tables[i].rule; rule->chain; rule++)
			print_rules(out, group, v6, rule);
		fprintf(out, "COMMIT\n");
	}
}
