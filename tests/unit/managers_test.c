/*
 * Old systems under each network manager, with addresses of the old machine wherever their kind keeps them: which manager is
 * taken, what is written (tests/unit/golden/os/network-NAME, with the notes), and that nothing active names an old address after it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "facts/network_choice.h"
#include "os/cloud_init.h"
#include "os/detect.h"
#include "os/interface_names.h"
#include "os/lvm_conf.h"
#include "os/managers.h"
#include "os/mount_units.h"
#include "os/names.h"
#include "os/old_addresses.h"
#include "os/old_masters.h"
#include "os/set_aside.h"
#include "os_tree.h"

#define LIST(...)                                                                                  \
	{                                                                                          \
		(const char *[]){__VA_ARGS__},                                                     \
			sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)                     \
	}

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

#define SYSTEMD "/usr/lib/systemd/systemd", "/lib>usr/lib", "/sbin/init>/lib/systemd/systemd"
#define WANTS   "/etc/systemd/system/multi-user.target.wants/"
#define UNIT(name)                                                                                 \
	"/usr/lib/systemd/system/" name ".service=[Install]\nWantedBy=multi-user.target\n"
#define STARTS(name) UNIT(name), WANTS name ".service>/usr/lib/systemd/system/" name ".service"
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

static struct text notes;

static void note(const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	text_printf(&notes, "%s\n", line);
}

static struct changes list_for(struct tree *tree)
{
	notes = (struct text){.arena = &tree->arena};
	return (struct changes){.target = &tree->target, .arena = &tree->arena, .note = note};
}

static const struct init_dialect *init_of(struct tree *tree)
{
	struct err err = ERR_INIT;

	return detect_init(&tree->target, &tree->arena, &err); /* NULL: unknown */
}

/* The tree as the names and links of an archive. */
static void mark(struct facts *facts, const char *const *entries)
{
	for (size_t i = 0; entries[i]; i++) {
		const char *entry = entries[i] + 1;
		const size_t size = strcspn(entry, "=>");
		char path[256], to[256];

		snprintf(path, sizeof(path), "%.*s", (int)size, entry);
		snprintf(to, sizeof(to), "%s", entry[size] == '>' ? entry + size + 1 : "");
		facts_mark(facts, path, *to ? to : NULL);
	}
}

/* What is said before the wipe is what is found once it is unpacked; or nothing is said. */
static void facts_agree(const char *const *entries, const struct init_dialect *init,
			const struct job_services *services, const struct err *err)
{
	const enum network_choice expected = !err->code ? NETWORK_WRITTEN
					     : strstr(err->msg, "starts at boot")
						     ? NETWORK_UNWRITTEN
						     : NETWORK_NONE;
	const struct network_manager *manager;
	struct facts facts = {0};
	enum network_choice choice;

	mark(&facts, entries);
	choice = network_choose(&facts, services, &manager);
	if (choice != (init ? expected : NETWORK_UNCERTAIN))
		fail_msg("%s: %d in place of %d", entries[0], (int)choice, (int)expected);
	if (choice == NETWORK_UNWRITTEN)
		assert_non_null(strstr(err->msg, manager->name));
}

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

/* One that is not known would go on by itself: it is refused, beside another, too. */
static void others_are_refused(void **state)
{
	const struct {
		const char *entries[9];
		struct job_services services;
		const char *message; /* NULL: one is found */
	} rows[] = {
		{{"/usr/lib/systemd/systemd", "/sbin/init>/usr/lib/systemd/systemd",
		  STARTS("connman")},
		 {0},
		 "ConnMan starts at boot"},
		{{"/usr/lib/systemd/systemd", "/sbin/init>/usr/lib/systemd/systemd",
		  STARTS("systemd-networkd"), STARTS("dhcpcd")},
		 {0},
		 "name its service (dhcpcd, or dhcpcd@INTERFACE) in /services/disable"},
		{{"/usr/lib/systemd/systemd", "/sbin/init>/usr/lib/systemd/systemd",
		  STARTS("systemd-networkd"), STARTS("dhcpcd")},
		 {.given = true, .disable = LIST("dhcpcd")},
		 NULL},
		/* An instance for each interface. */
		{{"/usr/lib/systemd/systemd", "/sbin/init>/usr/lib/systemd/systemd",
		  STARTS("systemd-networkd"),
		  WANTS "netctl@old.service>/usr/lib/systemd/system/netctl@.service"},
		 {0},
		 "netctl starts at boot"},
		{{"/usr/lib/systemd/systemd", "/sbin/init>/usr/lib/systemd/systemd",
		  STARTS("systemd-networkd"),
		  WANTS "netctl@old.service>/usr/lib/systemd/system/netctl@.service"},
		 {.given = true, .disable = LIST("netctl@old")},
		 NULL},
		/* A file alone starts nothing. */
		{{"/usr/lib/systemd/systemd", "/sbin/init>/usr/lib/systemd/systemd",
		  "/etc/network/interfaces=auto lo\n", UNIT("networking")},
		 {0},
		 "services that /services/enable of the job could switch on: networking"},
		{{"/usr/lib/systemd/systemd", "/sbin/init>/usr/lib/systemd/systemd",
		  "/etc/network/interfaces=auto lo\n", UNIT("networking")},
		 {.given = true, .enable = LIST("networking")},
		 NULL},
		{{"/usr/lib/systemd/systemd", "/sbin/init>/usr/lib/systemd/systemd", "/sbin/ifup",
		  "/etc/sysconfig/network/config=x"},
		 {0},
		 "switch on: none"},
		{{"/sbin/openrc-run", "/etc/init.d/network", "/etc/conf.d/network=x",
		  "/etc/runlevels/boot/network>/etc/init.d/network"},
		 {0},
		 "OpenRC's own network script starts"},
		/* SLES 11: links of its own places, files that wicked would read, and nobody who writes them. */
		{{"/etc/inittab=x", "/etc/init.d/network",
		  "/etc/init.d/rc3.d/S05network>../network", "/etc/sysconfig/network/ifcfg-eth0=x"},
		 {0},
		 "nothing that newroot knows"},
		{{"/etc/inittab=x", "/etc/init.d/networking", "/etc/network/interfaces=x",
		  "/etc/rcS.d/S40networking>../init.d/networking"},
		 {0},
		 NULL},
		/* The script of a masked unit stays masked. */
		{{"/usr/lib/systemd/systemd", "/sbin/init>/usr/lib/systemd/systemd",
		  STARTS("systemd-networkd"), "/etc/systemd/system/connman.service>/dev/null",
		  "/etc/init.d/connman", "/etc/rc3.d/S10connman>../init.d/connman"},
		 {0},
		 NULL},
		/* Vendors' links start, too; so does an alias. */
		{{"/usr/lib/systemd/systemd", "/sbin/init>/usr/lib/systemd/systemd",
		  UNIT("connman"),
		  "/usr/lib/systemd/system/multi-user.target.wants/connman.service>../connman.service"},
		 {0},
		 "ConnMan starts at boot"},
		{{"/usr/lib/systemd/systemd", "/sbin/init>/usr/lib/systemd/systemd", UNIT("dhcpcd"),
		  "/etc/systemd/system/dhcp.service>/usr/lib/systemd/system/dhcpcd.service"},
		 {0},
		 "dhcpcd starts at boot"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;
		struct changes changes;
		struct tree tree;
		bool found;

		tree_make(&tree, rows[i].entries);
		changes = list_for(&tree);
		found = managers_find(&changes, init_of(&tree), &rows[i].services, &err);
		if (found != !rows[i].message ||
		    (!found && (err.code != ERR_CONFIGURE || !strstr(err.msg, rows[i].message))))
			fail_msg("row %zu: %s", i, err.msg);
		facts_agree(rows[i].entries, init_of(&tree), &rows[i].services, &err);
		tree_free(&tree);
	}
}

/* What the job brings itself is not taken away, nor is anything of networks without interfaces of the job. */
static void what_the_job_brings_stays(void **state)
{
	static const char *const entries[] = {"/etc/iscsi/nodes/new/default=x\n",
					      "/etc/crypttab=old\n", "/etc/mdadm.conf=old\n",
					      "/etc/keepalived/keepalived.conf=x\n", NULL};
	static struct job_file files[] = {{.path = "/etc/iscsi/nodes/new/default"},
					  {.path = "/etc/crypttab"}};
	const struct job own = {.files = files, .file_count = 2};
	struct err err = ERR_INIT;
	struct changes changes;
	struct tree tree;

	(void)state;
	tree_make(&tree, entries);
	changes = list_for(&tree);
	assert_int_equal(set_aside_render(&changes, &own, &err), 0);
	assert_int_equal(changes.count, 1);
	assert_string_equal(changes.item[0].path, "/etc/mdadm.conf");
	tree_free(&tree);
}

/* One that is required and missing fails what requires it. Values go on behind a backslash. */
static void links_of_units_go_with_them(void **state)
{
	static const char *const entries[] = {
		"/etc/systemd/system/dev-sdb2.swap=[Swap]\nWhat=\\\n /dev/sdb2\n",
		"/etc/systemd/system/swap.target.requires/dev-sdb2.swap>../dev-sdb2.swap", NULL};
	const struct job none = {0};
	struct err err = ERR_INIT;
	struct changes changes;
	struct tree tree;

	(void)state;
	tree_make(&tree, entries);
	changes = list_for(&tree);
	assert_int_equal(mount_units_set_aside(&changes, &none, &err), 0);
	assert_int_equal(changes.count, 2);
	tree_free(&tree);
}

/* A second migration keeps what the first one set aside. */
static void nothing_is_set_aside_over_another(void **state)
{
	static const char *const entries[] = {"/etc/iscsi/nodes/new/default=x\n",
					      "/etc/iscsi/.nodes.premigration/old/default=x\n",
					      "/etc/crypttab=new\n",
					      "/etc/.crypttab.premigration=old\n", NULL};
	const struct job none = {0};
	struct err err = ERR_INIT;
	struct changes changes;
	struct tree tree;

	(void)state;
	if (getuid() != 0)
		skip();
	tree_make(&tree, entries);
	changes = list_for(&tree);
	assert_int_equal(set_aside_render(&changes, &none, &err), 0);
	if (changes_apply(&changes, &err) || changes_verify(&changes, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(tree_read(&tree, "/etc/.crypttab.premigration"), "old\n");
	assert_string_equal(tree_read(&tree, "/etc/.crypttab.2.premigration"), "new\n");
	assert_true(target_exists(&tree.target, "/etc/iscsi/.nodes.2.premigration/new/default"));
	tree_free(&tree);
}

/* Of lvm.conf(5), what its own reader takes: comments, strings, lists over lines, sections in one line. */
static void filters_of_lvm(void **state)
{
	static const struct {
		const char *conf, *after; /* NULL: it stays */
	} rows[] = {
		{"devices {\n filter = [ \"a/.*/\" ]\n}\n", NULL},
		{"# filter = [ \"r/.*/\" ]\n", NULL},
		{"x = \"filter = [ 'r' ]\"\n", NULL},
		{"devices/global_filter=[\"r|x|\"]\n", "# old: devices/global_filter=[\"r|x|\"]\n"},
		{"devices { filter=\"r/sdb/\" }\n", "devices { \n# old: filter=\"r/sdb/\"\n }\n"},
		{"a=1\nvolume_list = [ # \"]\n \"vg\" ]\nb=2\n",
		 "a=1\n# old: volume_list = [ # \"]\n# old:  \"vg\" ]\nb=2\n"},
		{"filter = [ 'r|.*|' ]\nb='filter=\"r|x|\"'\n",
		 "# old: filter = [ 'r|.*|' ]\nb='filter=\"r|x|\"'\n"},
		{"filter = [ \"r|x", "# old: filter = [ \"r|x\n"},
		{"preferred_names = [ \"r\" ]\nfilter", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char entry[256];
		const char *const entries[] = {entry, NULL};
		struct err err = ERR_INIT;
		struct changes changes;
		struct tree tree;

		snprintf(entry, sizeof(entry), "/etc/lvm/lvm.conf=%s", rows[i].conf);
		tree_make(&tree, entries);
		changes = list_for(&tree);
		assert_int_equal(lvm_conf_render(&changes, &err), 0);
		assert_int_equal(changes.count, rows[i].after ? 1 : 0);
		if (rows[i].after)
			assert_string_equal(changes.item[0].data, rows[i].after);
		tree_free(&tree);
	}
}

static void count_place(void *ctx, const char *path, size_t line, const char *address)
{
	text_printf(ctx, "%s:%zu %s\n", path, line, address);
}

static void places_of_old_addresses(void **state)
{
	static const char *const entries[] = {
		"/etc/app.conf=a=1\nlisten 192.168.1.2:80\nfar 192.168.1.20 1192.168.1.2 1.192.168.1.2 192.168.1.2.3\n"
		"v6 [2001:db8::2]:80 and 2001:db8::22\n",
		"/etc/hosts.premigration=192.168.1.2 old\n",
		"/etc/iscsi/.nodes.premigration/x/default=192.168.1.2\n",
		"/etc/newroot/first-boot.json=192.168.1.2\n",
		"/etc/link>/etc/app.conf",
		"/var/lib/app/state=end 192.168.1.2.",
		"/var/lib/newroot/job.json=192.168.1.2\n",
		"/srv/x=192.168.1.2\n",
		NULL};
	struct text places;
	struct tree tree;

	(void)state;
	tree_make(&tree, entries);
	places = (struct text){.arena = &tree.arena};
	old_addresses_find(&tree.target, &job.network.old_addresses, count_place, &places);
	assert_string_equal(places.data, "/etc/app.conf:2 192.168.1.2\n"
					 "/etc/app.conf:4 2001:DB8::2\n"
					 "/var/lib/app/state:1 192.168.1.2\n");
	(void)list_for(&tree);
	old_addresses_note(&tree.target, &job.network.old_addresses, note);
	assert_non_null(strstr(notes.data, "192.168.1.2 is in /etc/app.conf, line 2"));
	tree_free(&tree);
}

static void masters_of_the_old_place_are_told(void **state)
{
	static const char *const entries[] = {SYSTEMD, STARTS("salt-minion"),
					      STARTS("walinuxagent"), UNIT("chef-client"), NULL};
	const struct strings disabled = LIST("walinuxagent");
	struct err err = ERR_INIT;
	struct changes changes;
	struct tree tree;

	(void)state;
	tree_make(&tree, entries);
	changes = list_for(&tree);
	assert_int_equal(old_masters_note(&changes, &init_systemd, &disabled, &err), 0);
	assert_non_null(strstr(notes.data, "the service salt-minion starts"));
	assert_null(strstr(notes.data, "walinuxagent"));
	assert_null(strstr(notes.data, "chef-client"));
	assert_int_equal(old_masters_note(&changes, NULL, &disabled, &err), 0);
	tree_free(&tree);
}

#define NETWORK(i)                                                                                 \
	{                                                                                          \
		"network " #i, network_is_golden, NULL, NULL, (void *)&cases[i]                    \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NETWORK(0),
		NETWORK(1),
		NETWORK(2),
		NETWORK(3),
		NETWORK(4),
		NETWORK(5),
		NETWORK(6),
		NETWORK(7),
		NETWORK(8),
		cmocka_unit_test(others_are_refused),
		cmocka_unit_test(what_the_job_brings_stays),
		cmocka_unit_test(links_of_units_go_with_them),
		cmocka_unit_test(nothing_is_set_aside_over_another),
		cmocka_unit_test(filters_of_lvm),
		cmocka_unit_test(places_of_old_addresses),
		cmocka_unit_test(masters_of_the_old_place_are_told),
	};

	return cmocka_run_group_tests_name("managers", tests, NULL, NULL);
}
