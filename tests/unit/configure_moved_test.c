/* A moved VM in each dialect, for people to read: tests/unit/golden/os/moved-NAME. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "installed/installed.h"
#include "os/detect.h"
#include "os/mtab.h"
#include "os/nfs.h"
#include "os_tree.h"
#include "steps/configure_moved.h"

#define LIST(...)                                                                                  \
	{                                                                                          \
		(const char *[]){__VA_ARGS__},                                                     \
			sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)                     \
	}

/* What lies in each tree is what the package of that time puts there, as far as newroot reads it. */
static const char *const gentoo_old[] = {
	"/sbin/runscript.sh",
	"/sbin/agetty",
	"/sbin/iptables-restore",
	"/sbin/ip6tables-restore",
	"/etc/init.d/net.lo",
	"/etc/init.d/vixie-cron",
	"/etc/init.d/portmap",
	"/etc/init.d/nfs",
	"/etc/init.d/nfsmount",
	"/etc/init.d/netmount",
	"/etc/init.d/puppet",
	"/etc/runlevels/boot/net.lo>/etc/init.d/net.lo",
	"/etc/runlevels/default/vixie-cron>/etc/init.d/vixie-cron",
	"/etc/runlevels/default/netmount>/etc/init.d/netmount",
	"/etc/runlevels/default/puppet>/etc/init.d/puppet",
	"/etc/inittab=id:3:initdefault:\nsi::sysinit:/sbin/rc sysinit\n"
	"#c1:12345:respawn:/sbin/agetty 38400 tty1 linux\n"
	"h0:12345:respawn:/sbin/agetty 38400 hvc0 screen\n",
	"/etc/securetty=console\nhvc0\ntty1\n",
	"/etc/mtab=/dev/xvda1 / ext3 rw 0 0\n",
	"/etc/fstab=/dev/xvda1 / ext3 noatime 0 1\nnas:/old /srv/old nfs hard 0 0\n"
	"proc /proc proc defaults 0 0\n",
	"/etc/exports=# local\n/home 192.168.1.0/24(ro)\n",
	"/etc/puppet/puppet.conf=[main]\n    vardir = /var/lib/puppet\n\n[puppetd]\n"
	"    # the old one\n    server = puppet.old.example\n    report = true\n\n"
	"[puppetmasterd]\n    certname = master\n",
	NULL};

static const char *const gentoo_new[] = {
	"/sbin/openrc-run",
	"/sbin/agetty",
	"/sbin/nft",
	"/usr/sbin/mount.nfs",
	"/lib64/rc/version=0.12.4\n",
	"/etc/init.d/net.lo",
	"/etc/init.d/vixie-cron",
	"/etc/init.d/anacron",
	"/etc/init.d/rpcbind",
	"/etc/init.d/nfs",
	"/etc/init.d/nfsclient",
	"/etc/init.d/netmount",
	"/etc/init.d/puppet",
	"/etc/runlevels/default/vixie-cron>/etc/init.d/vixie-cron",
	"/etc/runlevels/custom/vixie-cron>/etc/init.d/vixie-cron",
	"/etc/runlevels/default/rpcbind>/etc/init.d/rpcbind",
	"/etc/inittab=id:3:initdefault:\nc1:12345:respawn:/sbin/agetty 38400 tty1 linux\n"
	"x0:12345:respawn:/sbin/agetty 38400 xvc0 linux\n",
	"/etc/mtab>../proc/self/mounts",
	"/etc/puppetlabs/puppet/puppet.conf=[agent]\nserver=puppet.old.example\nserver=twice\n",
	NULL};

static const char *const debian_openrc[] = {
	"/sbin/init",
	"/sbin/openrc-run",
	"/sbin/getty",
	"/sbin/mount.nfs",
	"/usr/sbin/iptables-restore",
	"/usr/sbin/ip6tables-restore",
	"/etc/network/interfaces=auto lo\n",
	"/etc/init.d/networking",
	"/etc/init.d/cron",
	"/etc/init.d/rpcbind",
	"/etc/init.d/nfs-common",
	"/etc/init.d/nfs-kernel-server",
	"/etc/init.d/mountnfs.sh",
	"/etc/runlevels/sysinit/networking>/etc/init.d/networking",
	"/etc/runlevels/sysinit/rpcbind>/etc/init.d/rpcbind",
	"/etc/runlevels/sysinit/nfs-common>/etc/init.d/nfs-common",
	"/etc/runlevels/sysinit/mountnfs.sh>/etc/init.d/mountnfs.sh",
	"/etc/runlevels/default/cron>/etc/init.d/cron",
	"/etc/inittab=id:2:initdefault:\n1:2345:respawn:/sbin/getty --noclear 38400 tty1\n",
	NULL};

#define LSB(levels) "### BEGIN INIT INFO\n# Default-Start:     " levels "\n### END INIT INFO\n"

static const char *const debian_sysv[] = {
	"/sbin/ifup",
	"/sbin/getty",
	"/sbin/mount.nfs",
	"/sbin/iptables-restore",
	"/sbin/ip6tables-restore",
	"/etc/network/interfaces=auto lo\n",
	"/etc/init.d/networking=#!/bin/sh\n" LSB("S"),
	"/etc/init.d/rpcbind=#!/bin/sh\n" LSB("S"),
	"/etc/init.d/nfs-common=#!/bin/sh\n" LSB("S"),
	"/etc/init.d/nfs-kernel-server=#!/bin/sh\n" LSB("2 3 4 5"),
	"/etc/init.d/mountnfs.sh=#!/bin/sh\n" LSB("S"),
	"/etc/init.d/cron=#!/bin/sh\n" LSB("2 3 4 5"),
	"/etc/init.d/anacron=#!/bin/sh\n" LSB("2 3 4 5"),
	"/etc/init.d/puppet=#!/bin/sh\n" LSB("2 3 4 5"),
	"/etc/rcS.d/S08mountall-bootclean.sh>../init.d/mountall-bootclean.sh",
	"/etc/rcS.d/S10networking>../init.d/networking",
	"/etc/rcS.d/S11rpcbind>../init.d/rpcbind",
	"/etc/rcS.d/S13mountnfs.sh>../init.d/mountnfs.sh",
	"/etc/rc1.d/K01cron>../init.d/cron",
	"/etc/rc2.d/S15cron>../init.d/cron",
	"/etc/rc3.d/S15cron>../init.d/cron",
	"/etc/rc4.d/S15cron>../init.d/cron",
	"/etc/rc5.d/S15cron>../init.d/cron",
	"/etc/rc2.d/S20nfs-kernel-server>../init.d/nfs-kernel-server",
	"/etc/rc2.d/K01puppet>../init.d/puppet",
	"/etc/rc3.d/K01puppet>../init.d/puppet",
	"/etc/init.d/.depend.boot=TARGETS = mountkernfs.sh networking mountall-bootclean.sh "
	"rpcbind "
	"mountnfs.sh\nINTERACTIVE =\nnetworking: mountkernfs.sh mountall-bootclean.sh\n"
	"rpcbind: networking\nmountnfs.sh: rpcbind\n",
	"/etc/init.d/.depend.start=TARGETS = nfs-kernel-server cron\nINTERACTIVE =\n",
	"/etc/default/puppet=# Start puppet on boot?\nSTART=no\nDAEMON_OPTS=\"\"\n",
	"/etc/puppet/puppet.conf=[main]\nlogdir=/var/log/puppet\n\n[master]\nssl_client_header = "
	"X\n",
	"/var/lib/puppet/state/agent_disabled.lock={}\n",
	"/etc/inittab=1:2345:respawn:/sbin/getty 38400 hvc0\nT0:23:respawn:/sbin/getty -L ttyS0 "
	"115200 vt100\n",
	"/etc/mtab=/dev/xvda1 / ext3 rw 0 0\n",
	NULL};

static const char *const rhel5[] = {
	"/etc/rc.d/rc.sysinit",
	"/sbin/mingetty",
	"/sbin/agetty",
	"/sbin/iptables-restore",
	"/sbin/ip6tables-restore",
	"/etc/init.d>rc.d/init.d",
	"/etc/rc2.d>rc.d/rc2.d",
	"/etc/rc3.d>rc.d/rc3.d",
	"/etc/rc4.d>rc.d/rc4.d",
	"/etc/rc5.d>rc.d/rc5.d",
	"/etc/rc.d/init.d/crond=#!/bin/bash\n#\n# chkconfig: 2345 90 60\n# description: cron\n",
	"/etc/rc.d/init.d/anacron=#!/bin/sh\n# chkconfig: 2345 95 05\n",
	"/etc/rc.d/init.d/portmap=#!/bin/sh\n# chkconfig: 345 13 87\n",
	"/etc/rc.d/init.d/nfs=#!/bin/sh\n#\n# nfs\n#\n# chkconfig: - 60 20\n",
	"/etc/rc.d/init.d/nfslock=#!/bin/sh\n# chkconfig: 345 14 86\n",
	"/etc/rc.d/init.d/netfs=#!/bin/bash\n# chkconfig: 345 25 75\n",
	"/etc/rc.d/rc2.d/S90crond>../init.d/crond",
	"/etc/rc.d/rc3.d/S90crond>../init.d/crond",
	"/etc/rc.d/rc4.d/S90crond>../init.d/crond",
	"/etc/rc.d/rc5.d/S90crond>../init.d/crond",
	"/etc/rc.d/rc3.d/S13portmap>../init.d/portmap",
	"/etc/rc.d/rc5.d/S13portmap>../init.d/portmap",
	"/etc/rc.d/rc3.d/K20nfs>../init.d/nfs",
	"/etc/rc.d/rc3.d/S10network>../init.d/network",
	"/etc/inittab=id:3:initdefault:\n1:2345:respawn:/sbin/mingetty tty1\n"
	"co:2345:respawn:/sbin/agetty xvc0 9600 vt100-nav\n",
	"/etc/securetty=console\nxvc0\ntty1\n",
	NULL};

#define UNIT(wanted_by) "[Unit]\nDescription=x\n[Install]\nWantedBy=" wanted_by "\n"

static const char *const debian_systemd[] = {
	"/usr/lib/systemd/systemd",
	"/lib>usr/lib",
	"/sbin/init>/lib/systemd/systemd",
	"/sbin/mount.nfs",
	"/usr/sbin/nft",
	"/etc/machine-id=0123456789abcdef0123456789abcdef\n",
	"/etc/network/interfaces",
	"/usr/lib/systemd/system/cron.service=" UNIT("multi-user.target"),
	"/usr/lib/systemd/system/anacron.service=" UNIT("multi-user.target"),
	"/usr/lib/systemd/system/anacron.timer=" UNIT("timers.target"),
	"/usr/lib/systemd/system/logrotate.service=[Service]\nExecStart=x\n",
	"/usr/lib/systemd/system/logrotate.timer=" UNIT("timers.target"),
	"/usr/lib/systemd/system/rpcbind.service=[Install]\nAlso=rpcbind.socket\n"
	"WantedBy=multi-user.target\n",
	"/usr/lib/systemd/system/rpcbind.socket=" UNIT("sockets.target"),
	"/usr/lib/systemd/system/nfs-server.service=" UNIT("multi-user.target"),
	"/usr/lib/systemd/system/nfs-kernel-server.service>nfs-server.service",
	"/usr/lib/systemd/system/nfs-common.service>/dev/null",
	"/usr/lib/systemd/system/nfs-client.target=[Install]\nWantedBy=multi-user.target\n"
	"WantedBy=remote-fs.target\n",
	"/usr/lib/systemd/system/remote-fs.target=" UNIT("multi-user.target"),
	"/usr/lib/systemd/system/nftables.service=" UNIT("sysinit.target"),
	"/usr/lib/systemd/system/puppet.service=" UNIT("multi-user.target"),
	"/usr/lib/systemd/system/getty@.service=" UNIT("getty.target"),
	"/etc/systemd/system/multi-user.target.wants/cron.service>/lib/systemd/system/cron.service",
	"/etc/systemd/system/multi-user.target.wants/anacron.service>/lib/systemd/system/"
	"anacron.service",
	"/etc/systemd/system/timers.target.wants/anacron.timer>/lib/systemd/system/anacron.timer",
	"/etc/systemd/system/timers.target.wants/logrotate.timer>/lib/systemd/system/"
	"logrotate.timer",
	"/etc/systemd/system/multi-user.target.wants/rpcbind.service>/lib/systemd/system/"
	"rpcbind.service",
	"/etc/systemd/system/sockets.target.wants/rpcbind.socket>/lib/systemd/system/"
	"rpcbind.socket",
	"/etc/systemd/system/getty.target.wants/serial-getty@hvc0.service>/lib/systemd/system/"
	"serial-getty@.service",
	"/etc/puppet/code/README=x\n",
	"/etc/mtab=/dev/xvda1 / ext3 rw 0 0\n",
	NULL};

static struct job_export exports[] = {
	{"/nfs/exports/0", "/srv/media", LIST("10.80.0.12", "10.80.1.0/24", "fd00::/64"), NULL},
	{"/nfs/exports/1", "/srv/public", LIST("10.80.0.0/24"), "ro,all_squash"},
};
static struct job_nfs_mount mounts[] = {
	{"/nfs/mounts/0", "10.80.0.11:/srv/sessions", "/srv/sessions", NULL},
	{"/nfs/mounts/1", "[fd00::11]:/srv/mail", "/var/mail", "ro,soft"},
};
static struct job_interface interfaces[] = {{.name = "eth0", .dhcp = true}};

static struct job_host hosts[] = {{"192.0.2.5", LIST("old.example.org", "old")}};

static const struct job whole_job = {
	.consoles = LIST("tty0", "ttyS0,115200"),
	.network = {.given = true,
		    .hostname = "Web1.example.org",
		    .interfaces = interfaces,
		    .interface_count = 1,
		    .hosts = hosts,
		    .host_count = 1},
	.nfs = {exports, 2, mounts, 2},
	.quarantine = {true, LIST("10.80.0.0/24", "fd00::/64", "10.81.0.7")},
	.services = {true, LIST("vixie-cron", "cron", "crond", "anacron", "logrotate"), {0}},
	.puppet = {true, "puppet.example.org", NULL, true},
	/* By name: the job's own hosts come before any name server. */
	.sync = {.given = true, .ssh = {.host = "old.example.org"}},
	.migrating = true,
};

struct moved_case {
	const char *name; /* of the golden file */
	const char *const *tree;
	enum fs_profile profile;
};

static const struct moved_case cases[] = {
	{"moved-gentoo-baselayout-1", gentoo_old, PROFILE_2_6_18},
	{"moved-gentoo-openrc", gentoo_new, PROFILE_3_10},
	{"moved-debian-openrc", debian_openrc, PROFILE_MODERN},
	{"moved-debian-sysv", debian_sysv, PROFILE_2_6_18},
	{"moved-rhel-5", rhel5, PROFILE_2_6_18},
	{"moved-debian-systemd", debian_systemd, PROFILE_MODERN},
};

/* The notes of the last render. */
static char notes[4096];

static void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *fmt, ...)
{
	size_t used = strlen(notes);
	va_list ap;

	va_start(ap, fmt);
	used += (size_t)vsnprintf(notes + used, sizeof(notes) - used, fmt, ap);
	va_end(ap);
	snprintf(notes + used, sizeof(notes) - used, "\n");
}

static struct changes list_for(struct tree *tree)
{
	notes[0] = '\0';
	return (struct changes){.target = &tree->target, .arena = &tree->arena, .note = note};
}

static void render(struct changes *changes, const struct job *job)
{
	struct params params = {.url = "https://10.77.0.1:8443"};
	struct job copy = *job;
	const struct context ctx = {.params = &params, .job = &copy, .note = note};
	struct fstab_entry entries[2];
	struct err err = ERR_INIT;
	const struct init_dialect *init = detect_init(changes->target, changes->arena, &err);

	if (!init)
		fail_msg("%s", err.msg);
	nfs_mounts_render(changes, &job->nfs, job->profile, init, entries);
	mtab_render(changes, init);
	if (fstab_render(changes, entries, job->nfs.mount_count, &err) ||
	    moved_render(changes, &ctx, init, &err) ||
	    init->logins(changes, &job->consoles, &err) || init->first_boot(changes, &err))
		fail_msg("%s", err.msg);
}

/* What a person is told stands in the golden file, too. */
static void add_notes(struct changes *changes)
{
	struct text text = {.arena = changes->arena};

	text_printf(&text, "%s", notes);
	changes_file(changes, "/the-notes-of-the-step", &text);
}

static void moved_is_golden(void **state)
{
	const struct moved_case *c = *state;
	struct job job = whole_job;
	struct tree tree;
	struct changes changes, again;
	struct err err = ERR_INIT;

	job.profile = c->profile;
	tree_make(&tree, c->tree);
	changes = list_for(&tree);
	render(&changes, &job);
	add_notes(&changes);
	changes_are_golden(&changes, c->name);
	/* Rendered against what it made, it asks for what is there. */
	again = list_for(&tree);
	render(&again, &job);
	if (getuid() == 0 && changes_verify(&again, &err))
		fail_msg("%s: %s", c->name, err.msg);
	tree_free(&tree);
}

static bool asks_for(const struct changes *changes, const char *path)
{
	for (size_t i = 0; i < changes->count; i++)
		if (!strcmp(changes->item[i].path, path))
			return true;
	return false;
}

/* Without a key nothing of it is written. */
static void nothing_unless_asked(void **state)
{
	struct job job = {.consoles = LIST("tty0")};
	struct tree tree;
	struct changes changes;

	(void)state;
	tree_make(&tree, debian_systemd);
	changes = list_for(&tree);
	render(&changes, &job);
	assert_false(asks_for(&changes, MIGRATING_MARKER));
	assert_false(asks_for(&changes, "/var/lib/newroot/services"));
	assert_false(asks_for(&changes, "/etc/exports"));
	assert_false(asks_for(&changes, "/etc/newroot/quarantine/load"));
	job.migrating = true;
	render(&changes, &job);
	assert_true(asks_for(&changes, MIGRATING_MARKER));
	tree_free(&tree);
}

static void must_fail(const char *const *tree_entries, const struct job *job, const char *message)
{
	struct params params = {0};
	struct job copy = *job;
	const struct context ctx = {.params = &params, .job = &copy, .note = note};
	struct tree tree;
	struct changes changes;
	struct err err = ERR_INIT;

	tree_make(&tree, tree_entries);
	changes = list_for(&tree);
	assert_int_equal(
		moved_render(&changes, &ctx, detect_init(&tree.target, &tree.arena, &err), &err),
		-1);
	assert_int_equal(err.code, ERR_CONFIGURE);
	if (!strstr(err.msg, message))
		fail_msg("\"%s\" lacks \"%s\"", err.msg, message);
	tree_free(&tree);
}

/* What the new system cannot do is told, before it boots without it. */
static void what_cannot_be_is_refused(void **state)
{
	static const char *const bare[] = {"/sbin/openrc-run", NULL};
	static const char *const no_v6[] = {"/sbin/openrc-run", "/sbin/iptables-restore", NULL};
	static const char *const no_link[] = {"/sbin/openrc-run", "/etc/init.d/cron",
					      "/etc/runlevels/default/cron=#!/sbin/openrc-run\n",
					      NULL};
	const struct job server = {.nfs = {exports, 1, NULL, 0}};
	const struct job client = {.nfs = {NULL, 0, mounts, 1}};
	const struct job quarantine = {.quarantine = {.given = true}};
	const struct job services = {.services = {true, LIST("cron"), {0}}};

	(void)state;
	must_fail(bare, &server, "none of the services nfs-server, nfs-kernel-server and nfs");
	must_fail(bare, &client, "no mount.nfs");
	must_fail(bare, &quarantine, "neither iptables-restore nor nft");
	must_fail(no_v6, &quarantine, "neither ip6tables-restore nor nft, so IPv6 would stay open");
	must_fail(no_link, &services, "is no symlink");
}

/* Before anything is erased. */
static void a_name_without_an_address_is_refused(void **state)
{
	struct job job = {.sync = {.given = true, .ssh = {.host = "no host", .json_path = "/x"}}};
	struct arena arena = {0};
	struct err_list errors = {0};
	const struct context ctx = {.job = &job, .arena = &arena};

	(void)state;
	moved_check(&ctx, &errors);
	assert_int_equal(errors.count, 0); /* nothing is closed */
	job.quarantine.given = true;
	moved_check(&ctx, &errors);
	assert_int_equal(errors.count, 1);
	assert_int_equal(errors.item[0].code, ERR_NET_RESOLVE);
	assert_string_equal(errors.item[0].where, "/x");
	err_list_free(&errors);
	arena_free(&arena);
}

#define RELEASE      "2.6.18-164.el5"
#define FOLDER       "/lib/modules/" RELEASE "/"
#define MODULE(name) "kernel/net/" name ".ko:\n"
#define LEGACY       "/sbin/iptables-restore"
#define NFT_LINK     "/sbin/iptables-restore>xtables-nft-multi"

/* A kernel that cannot load the rules is refused: they would be missing without a word. */
static void the_kernel_must_have_it(void **state)
{
	static const struct {
		const char *tool, *dep, *builtin;
		const char *message; /* NULL: it is taken */
	} rows[] = {
		{LEGACY, MODULE("iptable_mangle") MODULE("ip6table_mangle") MODULE("xt_tcpudp"),
		 "x.ko\n", NULL},
		{LEGACY, MODULE("iptable_mangle") MODULE("ipv6") MODULE("xt_tcpudp"), "x.ko\n",
		 "no ip6table_mangle (CONFIG_IP6_NF_MANGLE)"},
		/* Without IPv6 there is nothing to close. */
		{LEGACY, MODULE("iptable_mangle") MODULE("xt_tcpudp"), "x.ko\n", NULL},
		{NFT_LINK, MODULE("iptable_mangle") MODULE("nf_tables"),
		 "kernel/net/xt_tcpudp.ko\n", "no nft_compat"},
		{"/sbin/nft", MODULE("nf_tables") MODULE("nft_limit") MODULE("nft_log"),
		 "kernel/net/nft_ct.ko\n", NULL},
		{"/sbin/nft", MODULE("nf_tables"), "x.ko\n", "no nft_ct"},
	};
	struct params params = {0};
	struct job job = {.quarantine = {.given = true}};
	const struct context ctx = {
		.params = &params, .job = &job, .note = note, .kernel_release = RELEASE};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char dep[256], builtin[256];
		const char *const entries[] = {"/sbin/xtables-nft-multi",
					       rows[i].tool,
					       "/sbin/ip6tables-restore",
					       dep,
					       builtin,
					       NULL};
		struct tree tree;
		struct changes changes;
		struct err err = ERR_INIT;
		int ret;

		snprintf(dep, sizeof(dep), FOLDER "modules.dep=%s", rows[i].dep);
		snprintf(builtin, sizeof(builtin), FOLDER "modules.builtin=%s", rows[i].builtin);
		tree_make(&tree, entries);
		changes = list_for(&tree);
		ret = moved_render(&changes, &ctx, &init_openrc, &err);
		if (ret != -!!rows[i].message ||
		    (rows[i].message && !strstr(err.msg, rows[i].message)))
			fail_msg("row %zu: %s", i, err.msg);
		tree_free(&tree);
	}
}

static void a_closed_name_server_is_noted(void **state)
{
	struct job job = whole_job;
	struct tree tree;
	struct changes changes;

	(void)state;
	job.network.nameservers = (struct strings)LIST("10.80.0.53", "192.0.2.53", "10.77.0.1");
	tree_make(&tree, debian_openrc);
	changes = list_for(&tree);
	render(&changes, &job);
	assert_non_null(strstr(notes, "name server 192.0.2.53 is not within allow"));
	assert_null(strstr(notes, "10.80.0.53"));
	assert_null(strstr(notes, "name server 10.77.0.1"));
	tree_free(&tree);
}

static void a_firewall_that_flushes_is_noted(void **state)
{
	static const char *const entries[] = {
		"/sbin/openrc-run",      "/sbin/nft",
		"/etc/init.d/shorewall", "/etc/runlevels/default/shorewall>/etc/init.d/shorewall",
		"/etc/init.d/ufw",       NULL};
	const struct job job = {.consoles = LIST("tty0"), .quarantine = {.given = true}};
	struct tree tree;
	struct changes changes;

	(void)state;
	tree_make(&tree, entries);
	changes = list_for(&tree);
	render(&changes, &job);
	assert_non_null(strstr(notes, "the service shorewall of the new system may flush it"));
	assert_null(strstr(notes, "ufw"));
	tree_free(&tree);
}

/* A machine that applies a manifest of its own gets no agent that looks for a server. */
static void puppet_without_a_server_needs_no_agent(void **state)
{
	static const char *const off[] = {
		"/usr/lib/systemd/systemd",
		"/lib>usr/lib",
		"/sbin/init>/lib/systemd/systemd",
		"/usr/lib/systemd/system/puppet.service=" UNIT("multi-user.target"),
		"/etc/puppet/puppet.conf=# server = in a comment\n",
		NULL};
	static struct job_file manifest = {
		.path = "/etc/puppet/code/environments/production/manifests/site.pp"};
	static const struct {
		struct job_puppet puppet;
		size_t files;
		bool enabled, noted;
	} rows[] = {
		{{true, "puppet.example.org", NULL, false}, 1, true, false},
		{{true, NULL, NULL, false}, 0, true, false},
		{{true, NULL, NULL, false}, 1, false, true},
		{{true, NULL, NULL, true}, 1, false, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct job job = {.consoles = LIST("tty0"),
					.puppet = rows[i].puppet,
					.files = &manifest,
					.file_count = rows[i].files};
		struct tree tree;
		struct changes changes;

		tree_make(&tree, off);
		changes = list_for(&tree);
		render(&changes, &job);
		if (asks_for(&changes, "/etc/systemd/system/multi-user.target.wants/"
				       "puppet.service") != rows[i].enabled ||
		    !strstr(notes, "cutover applies /etc/puppet/code/") == rows[i].noted)
			fail_msg("row %zu: %s", i, notes);
		tree_free(&tree);
	}
}

#define CASE(i)                                                                                    \
	{                                                                                          \
		"moved " #i, moved_is_golden, NULL, NULL, (void *)&cases[i]                        \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(0),
		CASE(1),
		CASE(2),
		CASE(3),
		CASE(4),
		CASE(5),
		cmocka_unit_test(nothing_unless_asked),
		cmocka_unit_test(puppet_without_a_server_needs_no_agent),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(a_name_without_an_address_is_refused),
		cmocka_unit_test(the_kernel_must_have_it),
		cmocka_unit_test(a_closed_name_server_is_noted),
		cmocka_unit_test(a_firewall_that_flushes_is_noted),
	};

	return cmocka_run_group_tests_name("configure_moved", tests, NULL, NULL);
}
