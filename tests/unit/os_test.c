/* What each dialect writes, for people to read: tests/unit/golden/os. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/access.h"
#include "os/detect.h"
#include "os/fstab.h"
#include "os/grub_cfg.h"
#include "os/interface_names.h"
#include "os/managers.h"
#include "os/names.h"
#include "os/selinux.h"
#include "os/set_aside.h"
#include "os/volume_nodes.h"
#include "os/volume_rules.h"
#include "os_tree.h"

#define LIST(...)                                                                                  \
	{                                                                                          \
		(const char *[]){__VA_ARGS__},                                                     \
			sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)                     \
	}

static struct job_route routes[] = {{"10.1.0.0/16", "10.0.0.2"}, {"fd01::/48", "fd00::2"}};

static struct job_interface fixed[] = {
	{
		.json_path = "/network/interfaces/0",
		.name = "eth0",
		.mac = "52:54:00:AB:CD:01",
		.addresses = LIST("10.0.0.5/24", "10.0.0.6/24", "fd00::5/64", "fd00::6/64"),
		.gateways = LIST("10.0.0.1", "fd00::1"),
		.routes = routes,
		.route_count = 2,
		.mtu = 9000,
	},
	{.json_path = "/network/interfaces/1",
	 .name = "eth1",
	 .mac = "52:54:00:ab:cd:02",
	 .dhcp = true},
};
static struct job_host hosts[] = {{"10.0.0.9", LIST("db2.example.org", "db2")}};
static const struct job_network fixed_network = {
	.given = true,
	.hostname = "db1.example.org",
	.interfaces = fixed,
	.interface_count = 2,
	.nameservers = LIST("10.0.0.53", "fd00::53"),
	.search = LIST("example.org", "example.net"),
	.hosts = hosts,
	.host_count = 1,
};

static struct job_interface dynamic[] = {{.name = "eth0", .dhcp = true}};
static const struct job_network dhcp_network = {
	.given = true, .hostname = "web1", .interfaces = dynamic, .interface_count = 1};

/* A tree of each kind, in what `detect` looks at and the writers read. */
static const char *const gentoo_old[] = {
	"/sbin/runscript.sh",
	"/etc/init.d/net.lo",
	"/sbin/agetty",
	"/etc/conf.d/hostname=# Set to the hostname of this machine\nHOSTNAME=\"xen-guest\"\n",
	"/etc/conf.d/net=config_eth0=( \"192.168.1.2 netmask 255.255.255.0\" )\n",
	"/etc/runlevels/default/net.eth0>/etc/init.d/net.eth0",
	"/etc/runlevels/default/net.eth2>/etc/init.d/net.eth2",
	"/etc/runlevels/boot/net.lo>/etc/init.d/net.lo",
	"/etc/runlevels/boot/net.eth3>/etc/init.d/net.eth3",
	"/lib/rcscripts/addons/raid-start.sh",
	"/etc/inittab=id:3:initdefault:\nc1:12345:respawn:/sbin/agetty 38400 tty1 linux\n"
	"#s0:12345:respawn:/sbin/agetty 9600 ttyS0 vt100\n",
	"/etc/securetty=console\ntty1\n",
	NULL};
static const char *const gentoo_new[] = {"/sbin/openrc-run",
					 "/etc/init.d/net.lo",
					 "/lib/udev/rules.d/10-dm.rules",
					 "/lib64/rc/version=0.12.4\n",
					 "/etc/runlevels/sysinit/udev>/etc/init.d/udev",
					 "/etc/conf.d/hostname=hostname=\"xen-guest\"\n",
					 "/etc/udev/rules.d/70-persistent-net.rules=old\n",
					 NULL};
static const char *const debian_openrc[] = {
	"/sbin/init",
	"/lib/udev/rules.d/55-dm.rules",
	"/sbin/openrc-run",
	"/etc/init.d/networking",
	"/etc/runlevels/sysinit/networking>/etc/init.d/networking",
	"/etc/network/interfaces=auto lo\n",
	"/sbin/getty",
	"/etc/dhcp/dhclient-enter-hooks.d/debug",
	"/sbin/agetty",
	"/etc/inittab=id:2:initdefault:\n1:2345:respawn:/sbin/getty --noclear 38400 tty1\n"
	"#T0:23:respawn:/sbin/getty -L ttyS0 9600 vt100\n",
	NULL};
static const char *const debian_sysv[] = {
	"/sbin/ifup",
	"/etc/init.d/networking",
	"/etc/rcS.d/S40networking>../init.d/networking",
	"/etc/rcS.d/S07checkroot.sh>../init.d/checkroot.sh",
	"/etc/init.d/.depend.boot=TARGETS = mountkernfs.sh udev mountdevsubfs.sh checkroot.sh\n"
	"INTERACTIVE = udev checkroot.sh\nudev: mountkernfs.sh\ncheckroot.sh: mountdevsubfs.sh\n",
	"/etc/network/options",
	"/etc/udev/persistent-net.rules=old\n",
	"/etc/udev/rules.d/z25_persistent-net.rules>../persistent-net.rules",
	"/etc/inittab=T0:23:respawn:/sbin/getty -L ttyS0 9600 vt100\n",
	"/etc/init.d/.depend.start=TARGETS = bootlogs ssh rc.local\nINTERACTIVE =\n"
	"rc.local: bootlogs ssh\n",
	NULL};
static const char *const debian_systemd[] = {
	"/usr/lib/systemd/systemd",
	"/lib>usr/lib",
	"/sbin/init>/lib/systemd/systemd",
	"/usr/lib/udev/rules.d/55-dm.rules",
	"/etc/network/interfaces",
	"/usr/lib/systemd/system/networking.service",
	"/etc/systemd/system/multi-user.target.wants/"
	"networking.service>/lib/systemd/system/networking.service",
	"/sbin/openrc-run",
	NULL};
static const char *const rhel5[] = {
	"/etc/rc.d/rc.sysinit",
	"/etc/inittab=id:3:initdefault:\n",
	"/sbin/agetty",
	"/etc/rc.d/init.d/functions",
	"/etc/init.d>rc.d/init.d",
	"/etc/rc.d/init.d/network=#!/bin/bash\n# chkconfig: 2345 10 90\n",
	"/etc/rc.d/rc3.d/S10network>../init.d/network",
	"/etc/rc3.d>rc.d/rc3.d",
	"/etc/sysconfig/network=NETWORKING=yes\nHOSTNAME=xen-guest\nGATEWAY=192.168.1.1\n"
	"NOZEROCONF=yes\n",
	"/etc/sysconfig/network-scripts/ifcfg-lo=DEVICE=lo\n",
	"/etc/sysconfig/network-scripts/ifcfg-eth0=DEVICE=eth0\n",
	"/etc/sysconfig/network-scripts/ifcfg-eth3=DEVICE=eth3\nONBOOT=yes\n",
	"/etc/sysconfig/network-scripts/route-eth3=10.9.0.0/16 via 192.168.1.1\n",
	NULL};

static struct changes list_for(struct tree *tree)
{
	return (struct changes){.target = &tree->target, .arena = &tree->arena};
}

static const struct job_services no_services;

struct dialect_case {
	const char *name; /* of the golden file */
	const char *const *tree;
	const struct init_dialect *init;
	const struct network_dialect *dialect;
	const struct job_network *network;
};

static const struct dialect_case dialects[] = {
	{"gentoo-baselayout-1", gentoo_old, &init_openrc, &network_gentoo, &fixed_network},
	{"gentoo-openrc", gentoo_new, &init_openrc, &network_gentoo, &fixed_network},
	{"gentoo-openrc-dhcp", gentoo_new, &init_openrc, &network_gentoo, &dhcp_network},
	{"debian-openrc", debian_openrc, &init_openrc, &network_debian, &fixed_network},
	{"debian-openrc-dhcp", debian_openrc, &init_openrc, &network_debian, &dhcp_network},
	{"debian-sysv", debian_sysv, &init_sysv, &network_debian, &dhcp_network},
	{"debian-systemd", debian_systemd, &init_systemd, &network_debian, &dhcp_network},
	{"rhel-5", rhel5, &init_sysv, &network_rhel, &fixed_network},
	{"rhel-5-dhcp", rhel5, &init_sysv, &network_rhel, &dhcp_network},
};

static void render(struct changes *changes, const struct dialect_case *c)
{
	const struct strings consoles = LIST("tty0", "ttyS0,115200n8");
	struct err err = ERR_INIT;

	const struct job job = {.network = *c->network};

	if (names_render(changes, c->network, &err))
		fail_msg("%s: %s", c->name, err.msg);
	volume_rules_render(changes);
	interface_names_render(changes, c->network);
	if (c->dialect->interfaces(changes, c->network, &err) ||
	    (c->dialect->hostname && c->dialect->hostname(changes, c->network->hostname, &err)) ||
	    c->init->logins(changes, &consoles, &err) ||
	    volume_nodes_render(changes, c->init, &err) || c->init->first_boot(changes, &err) ||
	    set_aside_render(changes, &job, &err))
		fail_msg("%s: %s", c->name, err.msg);
}

static void dialect_is_golden(void **state)
{
	const struct dialect_case *c = *state;
	struct tree tree;
	struct changes changes, again;
	struct err err = ERR_INIT;

	tree_make(&tree, c->tree);
	assert_ptr_equal(detect_init(&tree.target, &tree.arena, &err), c->init);
	changes = list_for(&tree);
	assert_ptr_equal(managers_find(&changes, c->init, &no_services, &err), c->dialect);
	render(&changes, c);
	changes_are_golden(&changes, c->name);
	/* Rendered against what it made, it asks for what is there. */
	again = list_for(&tree);
	render(&again, c);
	if (getuid() == 0 && changes_verify(&again, &err))
		fail_msg("%s: %s", c->name, err.msg);
	tree_free(&tree);
}

/* Whoever has LVM or device-mapper makes nodes at boot. */
static void nodes_are_the_systems_own(void **state)
{
	static const char *const tools[] = {"/sbin/lvm", "/usr/sbin/dmsetup"};
	static const struct init_dialect *const inits[] = {&init_sysv, &init_openrc, &init_systemd};

	(void)state;
	for (size_t i = 0; i < sizeof(tools) / sizeof(*tools); i++)
		for (size_t k = 0; k < sizeof(inits) / sizeof(*inits); k++) {
			struct tree tree;
			struct changes changes;
			struct err err = ERR_INIT;

			tree_make(&tree, (const char *const[]){tools[i], NULL});
			changes = list_for(&tree);
			assert_int_equal(volume_nodes_render(&changes, inits[k], &err), 0);
			assert_int_equal(changes.count, 0);
			tree_free(&tree);
		}
}

static void unknown_systems_are_named(void **state)
{
	struct tree tree;
	struct err err = ERR_INIT;

	(void)state;
	tree_make(&tree, NULL);
	assert_null(detect_init(&tree.target, &tree.arena, &err));
	assert_int_equal(err.code, ERR_CONFIGURE);
	assert_non_null(strstr(
		err.msg,
		"looked for /sbin/init -> …/systemd/systemd (systemd), /sbin/openrc-run (openrc)"));
	tree_free(&tree);
}

static void fstab_keeps_what_has_no_disk(void **state)
{
	static const struct fstab_entry entries[] = {
		{"/dev/local/root", "/", "xfs", "noatime"},
		{"UUID=0a3407de-014b-458b-b5c1-848e92a327a3", "/boot", "ext3", "defaults"},
		{"/dev/local/data", "/data", "ext4", "defaults,nodev"},
		{"/dev/local/swap", NULL, "swap", "sw"},
	};
	static const char *const before[] = {
		"/sbin/fsck.ext3",
		"/etc/fstab=# the old one\n/dev/xvda1 / ext3 noatime 0 1\n"
		"proc\t/proc\tproc\tdefaults\t0\t0\n"
		"none /data tmpfs size=1g 0 0\n"
		"/data/www /var/www none rw,bind 0 0\n"
		"nas:/export /nas nfs defaults 0 0\n"
		"devpts /dev/pts devpts gid=5,mode=620 0 0\n",
		NULL};
	struct tree tree;
	struct changes changes;
	struct err err = ERR_INIT;

	(void)state;
	tree_make(&tree, before);
	changes = list_for(&tree);
	assert_int_equal(fstab_render(&changes, entries, 4, &err), 0);
	changes_are_golden(&changes, "fstab");
	if (getuid() == 0)
		assert_non_null(strstr(tree_read(&tree, "/etc/fstab.premigration"), "xvda1"));
	tree_free(&tree);
}

/* initscripts refuse a link-local gateway without its interface. */
static void link_local_gateways_of_rhel(void **state)
{
	static const char *const before[] = {"/etc/sysconfig/network-scripts/ifcfg-lo=DEVICE=lo\n",
					     NULL};
	struct job_interface eth0 = {
		.name = "eth0", .addresses = LIST("fd00::5/64"), .gateways = LIST("fe80::1")};
	const struct job_network network = {
		.given = true, .interfaces = &eth0, .interface_count = 1};
	struct tree tree;
	struct changes changes;
	struct err err = ERR_INIT;

	(void)state;
	tree_make(&tree, before);
	changes = list_for(&tree);
	assert_int_equal(network_rhel.interfaces(&changes, &network, &err), 0);
	assert_non_null(strstr(changes.item[0].data, "\nIPV6_DEFAULTGW=fe80::1%eth0\n"));
	tree_free(&tree);
}

static void selinux_asks_for_labels(void **state)
{
	static const struct {
		const char *config;
		size_t changes;
	} rows[] = {
		{"/etc/selinux/config=# SELINUX=enforcing\nSELINUX=enforcing\nSELINUXTYPE=targeted\n",
		 1},
		{"/etc/selinux/config=SELINUX=permissive \n", 1},
		{"/etc/selinux/config=#SELINUX=enforcing\nSELINUX=disabled\n", 0},
		{"/etc/fstab=x", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *const before[] = {rows[i].config, NULL};
		struct tree tree;
		struct changes changes;
		struct err err = ERR_INIT;

		tree_make(&tree, before);
		changes = list_for(&tree);
		assert_int_equal(selinux_render(&changes, &err), 0);
		assert_int_equal(changes.count, rows[i].changes);
		if (changes.count)
			assert_string_equal(changes.item[0].path, "/.autorelabel");
		tree_free(&tree);
	}
}

static void keys_are_added_once(void **state)
{
	static const char *const before[] = {
		"/etc/passwd=daemon:x:1:1::/usr/sbin:/bin/sh\nroot:x:0:0:root:/home/root:/bin/sh\n",
		"/home/root/.ssh/authorized_keys=# ssh-ed25519 AAAAC3two gone@host\n"
		"from=\"10.*\" ssh-rsa AAAAB3one old@host",
		NULL};
	const struct strings keys = LIST("ssh-rsa AAAAB3one new@host", "ssh-ed25519 AAAAC3two",
					 "ssh-ed25519 AAAAC3two x");
	struct tree tree;
	struct changes changes;
	struct err err = ERR_INIT;

	(void)state;
	tree_make(&tree, before);
	changes = list_for(&tree);
	assert_int_equal(access_render(&changes, &keys, &err), 0);
	changes_are_golden(&changes, "ssh-keys");
	tree_free(&tree);
}

static void grub_cfg_quotes_what_it_must(void **state)
{
	const struct strings consoles = LIST("tty0", "ttyS1,57600");
	const struct grub_cfg cfg = {
		.kernel_release = "2.6.18-164.el5",
		.kernel = "/boot/vmlinuz-2.6.18-164.el5",
		.initrd = "/boot/initrd-2.6.18-164.el5.img",
		.root = "/dev/local/root",
		.root_options = "ro",
		.command_line = "divider=10  memmap=64K$0x18690000 it's=1",
		.consoles = &consoles,
		.timeout_s = 3,
	};
	struct tree tree;
	struct changes changes;

	(void)state;
	tree_make(&tree, NULL);
	changes = list_for(&tree);
	grub_cfg_render(&changes, &cfg);
	changes_are_golden(&changes, "grub.cfg");
	tree_free(&tree);
}

static void names_of_the_kernel(void **state)
{
	static struct job_interface predictable[] = {{.name = "eth0"}, {.name = "ens192"}};
	const struct job_network network = {.interfaces = predictable, .interface_count = 2};

	(void)state;
	assert_true(interface_names_are_kernels(&fixed_network));
	assert_false(interface_names_are_kernels(&network));
	assert_false(interface_names_are_kernels(&(struct job_network){0}));
}

#define DIALECT(i)                                                                                 \
	{                                                                                          \
		"dialect " #i, dialect_is_golden, NULL, NULL, (void *)&dialects[i]                 \
	}

static void options_are_whole_words(void **state)
{
	static const struct {
		const char *options, *name;
		bool found;
	} rows[] = {
		{"ro", "ro", true},
		{"noatime,ro", "ro", true},
		{"ro,noatime", "ro", true},
		{"defaults,errors=remount-ro", "ro", false},
		{"errors=continue", "ro", false},
		{"norecovery", "ro", false},
		{"x-systemd.noauto", "noauto", false},
		{"", "ro", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(text_lists(rows[i].options, rows[i].name), rows[i].found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIALECT(0),
		DIALECT(1),
		DIALECT(2),
		DIALECT(3),
		DIALECT(4),
		DIALECT(5),
		DIALECT(6),
		DIALECT(7),
		DIALECT(8),
		cmocka_unit_test(nodes_are_the_systems_own),
		cmocka_unit_test(unknown_systems_are_named),
		cmocka_unit_test(fstab_keeps_what_has_no_disk),
		cmocka_unit_test(link_local_gateways_of_rhel),
		cmocka_unit_test(selinux_asks_for_labels),
		cmocka_unit_test(keys_are_added_once),
		cmocka_unit_test(grub_cfg_quotes_what_it_must),
		cmocka_unit_test(names_of_the_kernel),
		cmocka_unit_test(options_are_whole_words),
	};

	return cmocka_run_group_tests_name("os", tests, NULL, NULL);
}
