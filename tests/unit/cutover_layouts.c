#include "cutover_scene.h"

#define INSTALL "[Install]\nWantedBy=multi-user.target\n"
#define UNITS   "/usr/lib/systemd/system/"

const struct layout systemd = {
	"systemd",
	{"/sbin/init>/usr/lib/systemd/systemd", "/usr/lib/systemd/systemd",
	 "/etc/machine-id=0123456789abcdef0123456789abcdef\n", "/run/systemd/system/booted=1",
	 UNITS "cron.service=" INSTALL, WANTS "cron.service>" UNITS "cron.service",
	 UNITS "rescue-only.service=[Install]\nWantedBy=rescue.target\n",
	 "/etc/systemd/system/rescue.target.wants/rescue-only.service>" UNITS "rescue-only.service",
	 UNITS "fstrim.timer=[Timer]\n", UNITS "timers.target.wants/fstrim.timer>../fstrim.timer",
	 UNITS "off.service=" INSTALL, UNITS "puppet.service=" INSTALL, "/etc/init.d/own",
	 "/etc/rc2.d/S05own>../init.d/own"},
	{"cron", "rescue-only", "fstrim.timer", "off", "+puppet"},
	{NULL},
	NULL,
	"lift \nsystemctl daemon-reload\nsystemctl start cron.service\n"
	"systemctl start fstrim.timer\nsystemctl start puppet.service\n",
	"systemctl stop puppet.service\nsystemctl stop fstrim.timer\nsystemctl stop cron.service\n"
	"systemctl daemon-reload\nload \n",
};

const struct layout sysv_script = {
	"systemd",
	{"/sbin/init>/usr/lib/systemd/systemd", "/usr/lib/systemd/systemd",
	 "/etc/machine-id=0123456789abcdef0123456789abcdef\n", "/run/systemd/system/booted=1",
	 "/etc/init.d/own", "/etc/rc2.d/S05own>../init.d/own", "/etc/rc5.d/S05own>../init.d/own"},
	{"own"},
	{NULL},
	NULL,
	"lift \nsystemctl daemon-reload\nsystemctl start own\n",
	"systemctl stop own\nsystemctl daemon-reload\nload \n",
};

const struct layout debian_sysv = {
	"sysv",
	{"/etc/inittab=id:2:initdefault:\n", "/etc/rc2.d/S89cron>../init.d/cron",
	 "/etc/rc3.d/S89cron>../init.d/cron", "/etc/rc2.d/S20exim4>../init.d/exim4",
	 "/etc/rc5.d/S20xdm>../init.d/xdm", "/etc/rcS.d/S43portmap>../init.d/portmap",
	 "/etc/init.d/off"},
	{"cron", "exim4", "xdm", "portmap", "off"},
	{"/usr/sbin/service", "/etc/init.d/cron", "/etc/init.d/exim4", "/etc/init.d/xdm",
	 "/etc/init.d/portmap"},
	"N 2",
	"lift \nservice portmap start\nservice exim4 start\nservice cron start\n",
	"service cron stop\nservice exim4 stop\nservice portmap stop\nload \n",
};

const struct layout rhel_5 = {
	"RHEL 5",
	{"/etc/rc.d/rc.sysinit", "/etc/init.d>rc.d/init.d",
	 "/etc/rc.d/rc3.d/S90crond>../init.d/crond", "/etc/rc.d/rc5.d/S90crond>../init.d/crond",
	 "/etc/rc.d/rc5.d/S98xfs>../init.d/xfs"},
	{"crond", "xfs"},
	{"/etc/rc.d/init.d/crond", "/etc/rc.d/init.d/xfs"},
	"5 3",
	"lift \ncrond start\n",
	"crond stop\nload \n",
};

const struct layout openrc = {
	"OpenRC",
	{"/sbin/openrc-run", "/run/openrc/softlevel=default\n",
	 "/etc/runlevels/default/cron>/etc/init.d/cron",
	 "/etc/runlevels/boot/rsyslog>/etc/init.d/rsyslog",
	 "/etc/runlevels/other/ntpd>/etc/init.d/ntpd", "/etc/init.d/puppet"},
	{"cron", "rsyslog", "ntpd", "+puppet"},
	{"/sbin/rc-service", "/etc/init.d/cron", "/etc/init.d/rsyslog", "/etc/init.d/ntpd"},
	NULL,
	"lift \nrc-service cron start\nrc-service rsyslog start\nrc-service puppet start\n",
	"rc-service puppet stop\nrc-service rsyslog stop\nrc-service cron stop\nload \n",
};

const struct layout baselayout_1 = {
	"baselayout 1",
	{"/sbin/runscript.sh", "/var/lib/init.d/softlevel=default\n",
	 "/etc/runlevels/default/vixie-cron>/etc/init.d/vixie-cron"},
	{"vixie-cron"},
	{"/etc/init.d/vixie-cron"},
	NULL,
	"lift \nvixie-cron start\n",
	"vixie-cron stop\nload \n",
};

const struct layout *const layouts[] = {&systemd, &sysv_script,  &debian_sysv, &rhel_5,
					&openrc,  &baselayout_1, NULL};
