#include "os/set_aside.h"

#include <fnmatch.h>
#include <string.h>

#include "os/target_write.h"

#define TRIES_MAX 99 /* of names of what was set aside in earlier migrations */

enum purpose { DISKS, NETWORKS };

/* The entries of a folder that fit a pattern (fnmatch(3)). */
struct row {
	const char *folder, *pattern, *why;
	enum purpose purpose;
};

static const struct row rows[] = {
	{"/etc/iscsi", "initiatorname.iscsi", "the old machine's iSCSI name", DISKS},
	{"/etc/iscsi", "nodes", "iSCSI", DISKS},
	{"/etc/iscsi", "send_targets", "iSCSI", DISKS},
	{"/etc/iscsi", "static", "iSCSI", DISKS},
	{"/etc/iscsi", "isns", "iSCSI", DISKS},
	{"/var/lib/iscsi", "nodes", "iSCSI", DISKS},
	{"/var/lib/iscsi", "send_targets", "iSCSI", DISKS},
	{"/var/lib/iscsi", "static", "iSCSI", DISKS},
	{"/var/lib/iscsi", "isns", "iSCSI", DISKS},
	{"/etc/nvme", "discovery.conf", "NVMe over a network", DISKS},
	{"/etc/nvme", "config.json", "NVMe over a network", DISKS},
	{"/etc/nvme", "host*", "the old machine's NVMe name", DISKS},
	{"/etc/lvm/devices", "*.devices", "LVM sees no other disk", DISKS},
	{"/etc", "crypttab", "old disks", DISKS},
	{"/etc/conf.d", "dmcrypt", "old disks", DISKS},
	{"/etc", "raidtab", "old disks", DISKS},
	{"/etc", "mdadm.conf", "old disks", DISKS},
	{"/etc/mdadm.conf.d", "*.conf", "old disks", DISKS},
	{"/etc/mdadm", "mdadm.conf", "old disks", DISKS},
	{"/etc/mdadm/mdadm.conf.d", "*.conf", "old disks", DISKS},
	{"/etc", "multipath.conf", "old disks", DISKS},
	{"/etc/multipath", "bindings", "old disks", DISKS},
	{"/etc/multipath", "wwids", "old disks", DISKS},
	{"/etc/multipath", "prkeys", "old disks", DISKS},
	{"/etc/multipath/conf.d", "*.conf", "old disks", DISKS},
	{"/etc", "drbd.conf", "a disk shared with another machine", DISKS},
	{"/etc/drbd.d", "*.res", "a disk shared with another machine", DISKS},
	{"/etc/ocfs2", "cluster.conf", "a disk shared with other machines", DISKS},
	{"/etc/zfs", "zpool.cache", "old disks", DISKS},

	{NETPLAN_FOLDER, "*.yaml", "netplan", NETWORKS},
	{"/etc/NetworkManager/system-connections", "*", "NetworkManager", NETWORKS},
	{SYSTEMD_NETWORKS, "*.network", "systemd-networkd", NETWORKS},
	{SYSTEMD_NETWORKS, "*.netdev", "systemd-networkd", NETWORKS},
	{SYSTEMD_NETWORKS, "*.link", "udev", NETWORKS},
	{SYSTEMD_NETWORKS, "*.d", "systemd-networkd", NETWORKS},
	{"/etc/network", "interfaces", "ifupdown", NETWORKS},
	{"/etc/network/interfaces.d", "*", "ifupdown", NETWORKS},
	{RHEL_SCRIPTS, "ifcfg-*", "network scripts", NETWORKS},
	{RHEL_SCRIPTS, "route-*", "network scripts", NETWORKS},
	{RHEL_SCRIPTS, "route6-*", "network scripts", NETWORKS},
	{RHEL_SCRIPTS, "rule-*", "network scripts", NETWORKS},
	{RHEL_SCRIPTS, "rule6-*", "network scripts", NETWORKS},
	{"/etc/sysconfig", "static-routes*", "network scripts", NETWORKS},
	{"/etc/sysconfig/networking/devices", "ifcfg-*", "network scripts", NETWORKS},
	{"/etc/sysconfig/networking/profiles/default", "ifcfg-*", "network scripts", NETWORKS},
	{SUSE_NETWORK, "ifcfg-*", "wicked", NETWORKS},
	{SUSE_NETWORK, "ifroute-*", "wicked", NETWORKS},
	{SUSE_NETWORK, "ifrule-*", "wicked", NETWORKS},
	{SUSE_NETWORK, "routes", "wicked", NETWORKS},
	{"/etc/wicked/ifconfig", "*.xml", "wicked", NETWORKS},
	{"/var/lib/wicked", "*.xml", "wicked's leases", NETWORKS},
	{"/etc/conf.d", "net", "netifrc", NETWORKS},
	{"/etc/conf.d", "net.*", "netifrc", NETWORKS},
	{"/etc/conf.d", "network", "OpenRC", NETWORKS},
	{"/etc/conf.d", "staticroute", "OpenRC", NETWORKS},
	{"/etc/runlevels/boot", "net.*", "OpenRC", NETWORKS},
	{"/etc/runlevels/default", "net.*", "OpenRC", NETWORKS},
	{"/etc", "iftab", "names of old NICs", NETWORKS},
	{"/etc", "mactab", "names of old NICs", NETWORKS},

	/* A client asks for the address of its lease again, and some use it when nobody answers. A server's leases stay. */
	{"/var/lib/dhcp", "dhclient*", "leases of DHCP", NETWORKS},
	{"/var/lib/dhcp3", "dhclient*", "leases of DHCP", NETWORKS},
	{"/var/lib/dhclient", "*lease*", "leases of DHCP", NETWORKS},
	{"/var/lib/dhcpcd", "*", "leases of DHCP", NETWORKS},
	{"/var/lib/NetworkManager", "*lease*", "leases of DHCP", NETWORKS},

	{"/etc/keepalived", "keepalived.conf", "addresses by VRRP", NETWORKS},
	{"/etc/keepalived/conf.d", "*.conf", "addresses by VRRP", NETWORKS},
	{"/etc/ucarp", "*.conf", "addresses by CARP", NETWORKS},
	{"/etc", "wackamole.conf", "addresses of a cluster", NETWORKS},
	{"/etc/corosync", "corosync.conf", "addresses of a cluster", NETWORKS},
	{"/etc/ha.d", "ha.cf", "addresses of a cluster", NETWORKS},
	{"/etc/ha.d", "haresources", "addresses of a cluster", NETWORKS},
	{"/etc/cluster", "cluster.conf", "addresses of a cluster", NETWORKS},
	{"/etc/sysconfig/ha", "lvs.cf", "addresses of a cluster", NETWORKS},
	{"/etc/ctdb", "public_addresses", "addresses of a cluster", NETWORKS},
	{"/var/lib/pacemaker/cib", "cib*", "addresses of a cluster", NETWORKS},
	{"/var/lib/heartbeat/crm", "cib*", "addresses of a cluster", NETWORKS},

	{"/var/lib/cloud", "instance", "the old machine's cloud-init", NETWORKS},
	{"/var/lib/cloud", "instances", "the old machine's cloud-init", NETWORKS},
	{"/var/lib/cloud", "data", "the old machine's cloud-init", NETWORKS},
	{"/var/lib/cloud", "seed", "the old machine's cloud-init", NETWORKS},
	{"/etc/cloud/cloud.cfg.d", "*curtin*", "the old machine's cloud-init", NETWORKS},
	{"/etc/cloud/cloud.cfg.d", "*installer*", "the old machine's cloud-init", NETWORKS},
	{"/etc/cloud/cloud.cfg.d", "subiquity*", "the old machine's cloud-init", NETWORKS},
};

/* Loopback is the same on every machine; of the job's interfaces the scripts are links. */
static bool is_loopback(const char *name)
{
	return !strcmp(name, "ifcfg-lo") || !strcmp(name, "net.lo");
}

/* A change that makes it, or something below it. */
static bool is_written(const struct changes *changes, const char *path)
{
	size_t size = strlen(path);

	for (size_t i = 0; i < changes->count; i++)
		if (!strncmp(changes->item[i].path, path, size) &&
		    (!changes->item[i].path[size] || changes->item[i].path[size] == '/'))
			return true;
	return false;
}

static bool is_brought(const struct job *job, const char *path)
{
	size_t size = strlen(path);

	for (size_t i = 0; i < job->file_count; i++)
		if (!strncmp(job->files[i].path, path, size) &&
		    (!job->files[i].path[size] || job->files[i].path[size] == '/'))
			return true;
	return false;
}

/*
 * Hidden: some readers take every name of a folder (NetworkManager, `source interfaces.d` with a pattern), or every name that
 * begins so (ifcfg-); none takes one that begins with a dot. A folder cannot replace one, so the name is new.
 */
static const char *aside_name(const struct changes *changes, const char *folder, const char *name)
{
	const char *aside = arena_printf(changes->arena, ".%s" KEPT_SUFFIX, name);
	struct stat st;

	for (int i = 2; i < TRIES_MAX; i++) {
		const char *path = arena_printf(changes->arena, "%s/%s", folder, aside);

		if (!target_lstat(changes->target, path, &st))
			break;
		aside = arena_printf(changes->arena, ".%s.%d" KEPT_SUFFIX, name, i);
	}
	return aside;
}

void set_aside(struct changes *changes, const struct job *job, const char *path, const char *why)
{
	const char *slash = strrchr(path, '/');
	const char *folder = arena_printf(changes->arena, "%.*s", (int)(slash - path), path);
	const char *aside;
	struct stat st;

	if (!target_lstat(changes->target, path, &st) || is_written(changes, path) ||
	    is_brought(job, path))
		return;
	aside = aside_name(changes, folder, slash + 1);
	changes_aside(changes, path, aside);
	changes_note(changes, "set aside: %s is %s/%s now (%s)", path, folder, aside, why);
}

static int render_row(struct changes *changes, const struct job *job, const struct row *row,
		      struct err *err)
{
	struct target_names names;

	if (target_list(changes->target, row->folder, "", changes->arena, &names, err))
		return -1;
	for (size_t i = 0; i < names.count; i++)
		if (!fnmatch(row->pattern, names.item[i], 0) && !is_loopback(names.item[i]) &&
		    !strstr(names.item[i], KEPT_SUFFIX))
			set_aside(changes, job,
				  arena_printf(changes->arena, "%s/%s", row->folder, names.item[i]),
				  row->why);
	return 0;
}

int set_aside_render(struct changes *changes, const struct job *job, struct err *err)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if ((rows[i].purpose == DISKS || job->network.interface_count) &&
		    render_row(changes, job, &rows[i], err))
			return -1;
	return 0;
}
