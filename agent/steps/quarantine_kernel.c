#include "steps/quarantine_kernel.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "archive/modules.h"

/* What each way of filtering loads; the rest of a rule can be left out by QUARANTINE_LOAD. */
static const struct need {
	enum quarantine_tool tool;
	bool v6;
	const char *name, *option;
} needs[] = {
	{QUARANTINE_IPTABLES, false, "iptable_mangle", "CONFIG_IP_NF_MANGLE"},
	{QUARANTINE_IPTABLES, true, "ip6table_mangle", "CONFIG_IP6_NF_MANGLE"},
	{QUARANTINE_IPTABLES, false, "xt_tcpudp", "CONFIG_NETFILTER_XTABLES"},
	{QUARANTINE_IPTABLES_NFT, false, "nf_tables", "CONFIG_NF_TABLES"},
	{QUARANTINE_IPTABLES_NFT, false, "nft_compat", "CONFIG_NFT_COMPAT"},
	{QUARANTINE_IPTABLES_NFT, false, "xt_tcpudp", "CONFIG_NETFILTER_XTABLES"},
	{QUARANTINE_NFT, false, "nf_tables", "CONFIG_NF_TABLES"},
	{QUARANTINE_NFT, false, "nft_ct", "CONFIG_NFT_CT"},
	{QUARANTINE_NFT, false, "nft_limit", "CONFIG_NFT_LIMIT"},
	{QUARANTINE_NFT, false, "nft_log", "CONFIG_NFT_LOG"},
};

static enum modules_builtin has(const struct modules *modules, const char *name, const char *option)
{
	return modules_find(modules, name) ? MODULES_YES
					   : modules_is_builtin(modules, name, option);
}

static int check_need(const struct changes *changes, const struct modules *modules,
		      const struct need *need, const char *release, struct err *err)
{
	enum modules_builtin found = has(modules, need->name, need->option);

	if (found == MODULES_UNKNOWN)
		changes_note(
			changes,
			"quarantine: kernel %s has no module %s; whether it is built in cannot be told",
			release, need->name);
	if (found != MODULES_NO)
		return 0;
	return err_set(
		err, ERR_CONFIGURE, QUARANTINE_FOLDER,
		"kernel %s has no %s (%s), so the quarantine could not be loaded at boot; use a kernel that has it, or leave the job's quarantine out",
		release, need->name, need->option);
}

static int check_needs(const struct changes *changes, const struct modules *modules,
		       const char *release, struct err *err)
{
	enum quarantine_tool tool = quarantine_tool(changes);
	bool v6 = has(modules, "ipv6", "CONFIG_IPV6") != MODULES_NO;

	for (size_t i = 0; i < sizeof(needs) / sizeof(*needs); i++)
		if (needs[i].tool == tool && (v6 || !needs[i].v6) &&
		    check_need(changes, modules, &needs[i], release, err))
			return -1;
	return 0;
}

int quarantine_kernel_check(const struct changes *changes, const struct context *ctx,
			    struct err *err)
{
	const char *release = ctx->kernel_release;
	const char *folder = arena_printf(changes->arena, "/lib/modules/%s", release);
	int fd = target_fd(changes->target, folder, O_RDONLY | O_DIRECTORY);
	struct modules modules;
	int ret;

	if (fd < 0)
		return 0;
	ret = modules_read(
		&modules, fd,
		arena_printf(changes->arena, "%s/boot/config-%s", changes->target->root, release),
		changes->arena, err);
	close(fd);
	return ret ? -1 : check_needs(changes, &modules, release, err);
}
