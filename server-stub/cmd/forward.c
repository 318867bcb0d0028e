#include <stdio.h>

#include "cmd/command.h"
#include "cmd/open.h"
#include "cutover/forward.h"
#include "util/text.h"

static bool nft, ipv6;

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{"nft", OPTION_FLAG, &nft, NULL, "for nft -f, IPv4 and IPv6"},
	{"ipv6", OPTION_FLAG, &ipv6, NULL, "for ip6tables-restore (default: iptables-restore)"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

/* That there is anything to print: an empty set of rules is a forgotten "public" of the document. */
static int check_count(const struct cutover_group *group, struct err *err)
{
	const size_t v4 = forward_count(group, false), v6 = forward_count(group, true);

	if (!v4 && !v6)
		return err_set(err, ERR_SERVICE_PUBLIC, group->name,
			       "no VM of the group has an old public address that moves");
	if (!nft && ipv6 && !v6)
		return err_set(err, ERR_USAGE, "ipv6", "no old IPv6 address of '%s' moves",
			       group->name);
	if (!nft && !ipv6 && !v4)
		return err_set(err, ERR_USAGE, group->name,
			       "only old IPv6 addresses of the group move; use --ipv6");
	return 0;
}

static int print_rules(const struct cutover_group *group, struct err *err)
{
	if (forward_check(group, err) < 0 || check_count(group, err) < 0)
		return -1;
	if (nft)
		forward_print_nft(stdout, group, wall_ms());
	else
		forward_print_iptables(stdout, group, ipv6, wall_ms());
	return 0;
}

static int run(char **operands, size_t count, struct err *err)
{
	struct cutover_group group;
	struct open open;
	int ret;

	(void)count;
	if (nft && ipv6)
		return err_set(err, ERR_USAGE, "nft",
			       "--nft prints both families; leave out --ipv6");
	if (open_data(&open, err) < 0)
		return -1;
	ret = cutover_group_load(&group, open.store, operands[0], err);
	if (ret == 0)
		ret = print_rules(&group, err);
	cutover_group_free(&group);
	close_data(&open);
	return ret;
}

const struct command cmd_forward = {
	.name = "forward",
	.operands = "GROUP",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Print rules by which the old edge forwards a group's old addresses",
	.options = options,
	.run = run,
};
