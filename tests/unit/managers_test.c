/*
 * Old systems under each network manager, with addresses of the old machine wherever their kind keeps them: which manager is
 * taken, what is written (tests/unit/golden/os/network-NAME, with the notes), and that nothing active names an old address after it.
 */
#include "tests/unit/managers_fixture.h"

#include "os/cloud_init.h"
#include "os/interface_names.h"
#include "os/lvm_conf.h"
#include "os/managers.h"
#include "os/mount_units.h"
#include "os/names.h"
#include "os/old_addresses.h"
#include "os/set_aside.h"

/* Two NICs in another order than the kernel's, an address alone in its network, and routes. */
static struct job_route routes[] = {{"10.1.0.0/16", "10.0.0.2"}, {"fd01::/48", "fd00::2"}};
static struct job_route far_routes[] = {{"10.9.0.0/16", "203.0.113.9"}};
static struct job_interface interfaces[] = {
	{
		.json_path = "/network/interfaces/0",
		.name = "eth0",
		.mac = "52:54:00:AB:CD:02",
		.addresses = LIST("10.0.0.5/24", "10.0.0.6/24", "fd00::5/64"),
		.gateways = LIST("fd00::1"),
		.routes = routes,
		.route_count = 2,
		.mtu = 9000,
	},
	{
		.json_path = "/network/interfaces/1",
		.name = "eth1",
		.mac = "52:54:00:ab:cd:01",
		.addresses = LIST("198.51.100.7/32"),
		.gateways = LIST("203.0.113.1"),
		.routes = far_routes,
		.route_count = 1,
	},
	{.json_path = "/network/interfaces/2", .name = "eth2", .dhcp = true},
};
static const struct job job = {
	.network = {.given = true,
		    .hostname = "web1.example.org",
		    .interfaces = interfaces,
		    .interface_count = 3,
		    .nameservers = LIST("10.0.0.53", "fd00::53"),
		    .search = LIST("example.org", "example.net"),
		    .old_addresses = LIST("192.168.1.2", "192.168.1.1", "2001:DB8::2")},
};

#define HOSTS_FILE                                                                                 \
	"/etc/hosts=127.0.0.1 localhost\n192.168.1.2\tweb1.old.example web1 # this one\n"          \
	"192.168.1.9 db1 db1.old.example\nfe00::0 ip6-localnet\n"

/* Disks, addresses and instances that any system may have. */
#define OLD_DISKS                                                                                                  \
	"/etc/iscsi/initiatorname.iscsi=InitiatorName=iqn.2001-05.old\n",                                          \
		"/etc/iscsi/nodes/iqn.x/192.168.1.1,3260,1/default=node.startup = automatic\n",                    \
		"/var/lib/iscsi/send_targets/192.168.1.1,3260/st_config=x\n",                                      \
		"/etc/lvm/devices/system.devices=IDTYPE=sys_wwid IDNAME=naa.6\n",                                  \
		"/etc/lvm/lvm.conf=devices {\n\t# filter = [ \"a|.*|\" ]\n\tfilter = [ \"a|^/dev/mapper/old|\",\n" \
		"\t\t\"r|.*|\" ] # ours\n\tcache = 1\n}\nactivation { volume_list = [ \"old\" ] }\n",              \
		"/etc/crypttab=old /dev/sdb none\n", "/etc/mdadm/mdadm.conf=ARRAY /dev/md0\n",                     \
		"/etc/multipath.conf=defaults {}\n", "/etc/multipath/wwids=/36/\n",                                \
		"/etc/systemd/system/srv-old.mount=[Mount]\n What = /dev/sdb1\nWhere=/srv/old\n",                  \
		"/etc/systemd/system/srv-old.automount=[Automount]\nWhere=/srv/old\n",                             \
		"/etc/systemd/system/srv-nas.mount=[Mount]\nWhat=192.168.1.1:/nas\nWhere=/srv/nas\n",              \
		"/etc/systemd/system/run-x.mount=[Mount]\nWhat=tmpfs\nWhere=/run/x\n",                             \
		"/etc/systemd/system/dev-sdb2.swap=[Swap]\nWhat=/dev/sdb2\n",                                      \
		"/etc/systemd/system/local-fs.target.requires/srv-old.mount>../srv-old.mount"
#define OLD_ADDRESSES                                                                                \
	"/etc/keepalived/keepalived.conf=virtual_ipaddress {\n 192.168.1.2/24\n}\n",                 \
		"/etc/ha.d/haresources=web1 192.168.1.2\n",                                          \
		"/etc/corosync/corosync.conf=bindnetaddr: 192.168.1.1\n",                            \
		"/var/lib/pacemaker/cib/cib.xml=<nvpair value=\"192.168.1.2\"/>\n",                  \
		"/var/lib/dhcp/dhclient.eth0.leases=lease { fixed-address 192.168.1.2; }\n",         \
		"/var/lib/cloud/instances/i-1/network-config.json={\"address\": \"192.168.1.2\"}\n", \
		"/var/lib/cloud/instance>instances/i-1",                                             \
		"/var/lib/cloud/seed/nocloud-net/network-config=address: 192.168.1.2\n",             \
		"/etc/cloud/cloud.cfg=users: [default]\n", HOSTS_FILE

/* The stub that cloud images have lies beside netplan's files. */
static const char *const ubuntu[] = {
	SYSTEMD,
	OLD_DISKS,
	OLD_ADDRESSES,
	"/etc/network/interfaces=# ifupdown has been replaced by netplan(5) on this system.\n",
	"/usr/lib/systemd/system-generators/netplan",
	STARTS("systemd-networkd"),
	STARTS("cloud-init"),
	"/etc/netplan/50-cloud-init.yaml=network: {ethernets: {ens3: {addresses: [192.168.1.2/24]}}}\n",
	"/etc/cloud/cloud.cfg.d/50-curtin-networking.cfg=address: 192.168.1.2\n",
	NULL};

static const char *const rhel9[] = {
	SYSTEMD,
	OLD_DISKS,
	OLD_ADDRESSES,
	STARTS("NetworkManager"),
	"/usr/lib64/NetworkManager/1.40.16-1.el9/libnm-settings-plugin-ifcfg-rh.so",
	"/etc/sysconfig/network-scripts/readme-ifcfg-rh.txt=x\n",
	"/etc/NetworkManager/system-connections/ens3.nmconnection=[ipv4]\naddress1=192.168.1.2/24\n",
	"/etc/NetworkManager/system-connections/Wired connection 1=[ipv4]\naddress1=192.168.1.2/24\n",
	"/var/lib/NetworkManager/internal-1-eth0.lease=ADDRESS=192.168.1.2\n",
	NULL};

/* Both of them start, and both read ifcfg files. */
static const char *const rhel7[] = {
	SYSTEMD,
	OLD_ADDRESSES,
	STARTS("NetworkManager"),
	"/etc/rc.d/rc.sysinit",
	"/etc/init.d>rc.d/init.d",
	"/etc/rc3.d>rc.d/rc3.d",
	"/etc/rc.d/init.d/network=#!/bin/bash\n# chkconfig: 2345 10 90\n",
	"/etc/rc.d/rc3.d/S10network>../init.d/network",
	"/etc/sysconfig/network=GATEWAY=192.168.1.1\n",
	"/etc/sysconfig/network-scripts/ifcfg-lo=DEVICE=lo\n",
	"/etc/sysconfig/network-scripts/ifcfg-bond0=IPADDR=192.168.1.2\n",
	"/etc/sysconfig/network-scripts/route-bond0=default via 192.168.1.1\n",
	"/etc/sysconfig/static-routes=any net 10.0.0.0/8 gw 192.168.1.1\n",
	"/etc/NetworkManager/system-connections/old=[ipv4]\naddress1=192.168.1.2/24\n",
	NULL};

static const char *const rhel8[] = {
	SYSTEMD, STARTS("NetworkManager"),
	"/usr/lib64/NetworkManager/1.14.0-14.el8/libnm-settings-plugin-ifcfg-rh.so",
	"/etc/sysconfig/network-scripts/ifcfg-ens3=IPADDR=192.168.1.2\n", NULL};

static const char *const suse[] = {
	SYSTEMD,
	OLD_ADDRESSES,
	"/sbin/ifup",
	STARTS("wicked"),
	"/etc/systemd/system/network.service>/usr/lib/systemd/system/wicked.service",
	"/etc/sysconfig/network/config=NETCONFIG_DNS_POLICY=\"auto\"\n"
	"NETCONFIG_DNS_STATIC_SERVERS=\"192.168.1.1\"\nNETCONFIG_DNS_STATIC_SEARCHLIST=\"\"\n",
	"/etc/sysconfig/network/ifcfg-lo=IPADDR='127.0.0.1/8'\n",
	"/etc/sysconfig/network/ifcfg-eth0=IPADDR='192.168.1.2/24'\n",
	"/etc/sysconfig/network/ifcfg-eth7=IPADDR='192.168.1.2/24'\n",
	"/etc/sysconfig/network/routes=default 192.168.1.1 - -\n",
	"/var/lib/wicked/lease-eth0-dhcp-ipv4.xml=<address>192.168.1.2</address>\n",
	NULL};

/* Debian's ifupdown is installed, but off, with a job for upstart; NetworkManager is masked, by its own name alone. */
static const char *const networkd[] = {
	SYSTEMD,
	STARTS("systemd-networkd"),
	UNIT("networking"),
	STARTS("NetworkManager"),
	"/etc/systemd/system/NetworkManager.service>/dev/null",
	"/lib/systemd/system/network-manager.service>NetworkManager.service",
	"/etc/init/networking.conf=a job of upstart, which is not here\n",
	"/etc/network/interfaces=iface eth0 inet static\n\taddress 192.168.1.2\n",
	"/etc/systemd/network/eth0.network=[Network]\nAddress=192.168.1.2/24\n",
	"/etc/systemd/network/10-old.link=[Match]\nPath=pci-0000:00:03.0\n[Link]\nMACAddress=00:16:3e:00:00:01\n",
	"/etc/systemd/network/eth0.network.d/more.conf=[Network]\nGateway=192.168.1.1\n",
	NULL};

/* Debian with both: ifupdown has the interfaces, NetworkManager is told to leave them. */
static const char *const debian[] = {
	SYSTEMD,
	OLD_DISKS,
	STARTS("networking"),
	STARTS("NetworkManager"),
	"/etc/network/interfaces=source /etc/network/interfaces.d/*\n",
	"/etc/network/interfaces.d/eth0=iface eth0 inet static\n\taddress 192.168.1.2\n",
	"/etc/NetworkManager/system-connections/old=[ipv4]\naddress1=192.168.1.2/24\n",
	NULL};

static const char *const gentoo[] = {
	"/sbin/openrc-run",
	"/lib64/rc/version=0.12.4\n",
	OLD_ADDRESSES,
	"/etc/init.d/cloud-init",
	"/etc/runlevels/default/cloud-init>/etc/init.d/cloud-init",
	"/etc/init.d/net.lo",
	"/etc/runlevels/default/net.br0>/etc/init.d/net.br0",
	"/etc/conf.d/net=config_br0=\"192.168.1.2/24\"\nroutes_br0=\"default via 192.168.1.1\"\n",
	"/etc/conf.d/staticroute=staticroute=\"net 10.0.0.0/8 gw 192.168.1.1\"\n",
	"/etc/conf.d/dmcrypt=target=old\n",
	NULL};

/* Upstart starts it by a job of its own. */
static const char *const ubuntu_upstart[] = {
	"/etc/init/networking.conf",
	"/etc/network/interfaces=iface eth0 inet static\n\taddress 192.168.1.2\n", NULL};

struct network_case {
	const char *name;
	const char *const *tree;
	const struct network_dialect *dialect;
};

static const struct network_case cases[] = {
	{"ubuntu-netplan", ubuntu, &network_netplan},
	{"rhel-9", rhel9, &network_manager},
	{"rhel-7", rhel7, &network_rhel},
	{"rhel-8", rhel8, &network_rhel},
	{"suse", suse, &network_suse},
	{"debian-networkd", networkd, &network_networkd},
	{"debian-two-managers", debian, &network_debian},
	{"gentoo", gentoo, &network_gentoo},
	{"ubuntu-upstart", ubuntu_upstart, &network_debian},
};

static const struct network_dialect *render(struct changes *changes,
					    const struct init_dialect *init)
{
	const struct network_dialect *dialect;
	struct err err = ERR_INIT;

	dialect = managers_find(changes, init, &job.services, &err);
	if (!dialect || names_render(changes, &job.network, &err))
		fail_msg("%s", err.msg);
	interface_names_render(changes, &job.network);
	if (dialect->interfaces(changes, &job.network, &err) ||
	    managers_quiet(changes, init, dialect, &job, &err) ||
	    mount_units_set_aside(changes, &job, &err) || lvm_conf_render(changes, &err) ||
	    cloud_init_render(changes, init, &job, &err) || set_aside_render(changes, &job, &err))
		fail_msg("%s", err.msg);
	return dialect;
}

static void add_notes(struct changes *changes)
{
	struct text copy = {.arena = changes->arena};

	if (notes.size)
		text_add(&copy, notes.data, notes.size);
	changes_file(changes, "/the-notes-of-the-step", &copy);
}

static void old_address(void *ctx, const char *path, size_t line, const char *address)
{
	(void)ctx;
	fail_msg("%s names %s in line %zu", path, address, line);
}

static void network_is_golden(void **state)
{
	const struct network_case *c = *state;
	struct changes changes, again;
	const struct init_dialect *init;
	struct err err = ERR_INIT;
	char golden[64];
	struct tree tree;

	tree_make(&tree, c->tree);
	init = init_of(&tree);
	changes = list_for(&tree);
	if (render(&changes, init) != c->dialect)
		fail_msg("%s: another manager was taken", c->name);
	facts_agree(c->tree, init, &job.services, &err);
	add_notes(&changes);
	snprintf(golden, sizeof(golden), "network-%s", c->name);
	changes_are_golden(&changes, golden);
	if (getuid() == 0) {
		old_addresses_find(&tree.target, &job.network.old_addresses, old_address, NULL);
		/* Rendered against what it made, it takes the same manager and asks for what is there. */
		again = list_for(&tree);
		assert_ptr_equal(render(&again, init), c->dialect);
		if (changes_verify(&again, &err))
			fail_msg("%s: %s", c->name, err.msg);
		assert_null(strstr(notes.size ? notes.data : "", "set aside"));
	}
	tree_free(&tree);
}

#define NETWORK(i)                                                                                 \
	{                                                                                          \
		"network " #i, network_is_golden, NULL, NULL, (void *)&cases[i]                    \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NETWORK(0), NETWORK(1), NETWORK(2), NETWORK(3), NETWORK(4),
		NETWORK(5), NETWORK(6), NETWORK(7), NETWORK(8),
	};

	return cmocka_run_group_tests_name("managers", tests, NULL, NULL);
}
