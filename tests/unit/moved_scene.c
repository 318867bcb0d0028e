#include "moved_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "os/mtab.h"
#include "os/nfs.h"

const char *const gentoo_old[] = {
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

const char *const gentoo_new[] = {
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

const char *const debian_openrc[] = {
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

const char *const debian_sysv[] = {
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
	"/etc/init.d/.depend.boot=TARGETS = mountkernfs.sh networking mountall-bootclean.sh rpcbind mountnfs.sh\n"
	"INTERACTIVE =\n"
	"networking: mountkernfs.sh mountall-bootclean.sh\nrpcbind: networking\nmountnfs.sh: rpcbind\n",
	"/etc/init.d/.depend.start=TARGETS = nfs-kernel-server cron\nINTERACTIVE =\n",
	"/etc/default/puppet=# Start puppet on boot?\nSTART=no\nDAEMON_OPTS=\"\"\n",
	"/etc/puppet/puppet.conf=[main]\nlogdir=/var/log/puppet\n\n[master]\nssl_client_header = X\n",
	"/var/lib/puppet/state/agent_disabled.lock={}\n",
	"/etc/inittab=1:2345:respawn:/sbin/getty 38400 hvc0\nT0:23:respawn:/sbin/getty -L ttyS0 115200 vt100\n",
	"/etc/mtab=/dev/xvda1 / ext3 rw 0 0\n",
	NULL};

const char *const rhel5[] = {
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

const char *const debian_systemd[] = {
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
	"/etc/systemd/system/multi-user.target.wants/anacron.service>/lib/systemd/system/anacron.service",
	"/etc/systemd/system/timers.target.wants/anacron.timer>/lib/systemd/system/anacron.timer",
	"/etc/systemd/system/timers.target.wants/logrotate.timer>/lib/systemd/system/logrotate.timer",
	"/etc/systemd/system/multi-user.target.wants/rpcbind.service>/lib/systemd/system/rpcbind.service",
	"/etc/systemd/system/sockets.target.wants/rpcbind.socket>/lib/systemd/system/rpcbind.socket",
	"/etc/systemd/system/getty.target.wants/serial-getty@hvc0.service>/lib/systemd/system/serial-getty@.service",
	"/etc/puppet/code/README=x\n",
	"/etc/mtab=/dev/xvda1 / ext3 rw 0 0\n",
	NULL};

struct job_export exports[] = {
	{"/nfs/exports/0", "/srv/media", LIST("10.80.0.12", "10.80.1.0/24", "fd00::/64"), NULL},
	{"/nfs/exports/1", "/srv/public", LIST("10.80.0.0/24"), "ro,all_squash"},
};
struct job_nfs_mount mounts[] = {
	{"/nfs/mounts/0", "10.80.0.11:/srv/sessions", "/srv/sessions", NULL},
	{"/nfs/mounts/1", "[fd00::11]:/srv/mail", "/var/mail", "ro,soft"},
};
static struct job_interface interfaces[] = {{.name = "eth0", .dhcp = true}};

static struct job_host hosts[] = {{"192.0.2.5", LIST("old.example.org", "old")}};

const struct job whole_job = {
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

char notes[4096];

void note(const char *fmt, ...)
{
	size_t used = strlen(notes);
	va_list ap;

	va_start(ap, fmt);
	used += (size_t)vsnprintf(notes + used, sizeof(notes) - used, fmt, ap);
	va_end(ap);
	snprintf(notes + used, sizeof(notes) - used, "\n");
}

struct changes list_for(struct tree *tree)
{
	notes[0] = '\0';
	return (struct changes){.target = &tree->target, .arena = &tree->arena, .note = note};
}

void render(struct changes *changes, const struct job *job)
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
