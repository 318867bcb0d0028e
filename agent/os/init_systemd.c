/* systemd: a unit and its link in the target's wants (systemd.unit(5)). Logins come by console=. */
#include <string.h>

#include "os/dialect.h"
#include "os/old_console.h"
#include "os/quarantine.h"
#include "os/securetty.h"
#include "os/systemd_units.h"
#include "os/sysv_links.h"

static const char first_boot_unit[] =
	"# Written by newroot at installation.\n"
	"[Unit]\n"
	"Description=newroot first boot: check in with the migration service\n"
	"Wants=network-online.target\n"
	"After=network-online.target multi-user.target\n"
	"ConditionPathExists=|!/var/lib/newroot/first-boot.done\n"
	"ConditionPathExists=|/etc/newroot/migrating\n"
	"\n"
	"[Service]\n"
	"ExecStart=" NEWROOT_PROGRAM " first-boot --stay\n"
	"Restart=on-abnormal\n"
	"RestartSec=10\n"
	"\n"
	"[Install]\n"
	"WantedBy=multi-user.target\n";

/* network-pre.target is younger (214) than some systemds: their networks are named. */
static const char quarantine_unit[] =
	"# Written by newroot at installation.\n"
	"[Unit]\n"
	"Description=newroot quarantine: outbound firewall until cutover\n"
	"DefaultDependencies=no\n"
	"RequiresMountsFor=/etc /usr\n"
	"After=systemd-modules-load.service\n"
	"Wants=network-pre.target\n"
	"Before=network-pre.target network.target networking.service network.service systemd-networkd.service NetworkManager.service shutdown.target\n"
	"Conflicts=shutdown.target\n"
	"ConditionPathExists=" QUARANTINE_LOAD "\n"
	"\n"
	"[Service]\n"
	"Type=oneshot\n"
	"RemainAfterExit=yes\n"
	"ExecStart=/bin/sh " QUARANTINE_LOAD "\n"
	"\n"
	"[Install]\n"
	"WantedBy=sysinit.target\n";

/* Firewalls that may flush what others loaded, whenever they start. */
static const char *const firewalls[] = {"firewalld", "iptables",  "ip6tables",
					"nftables",  "shorewall", "netfilter-persistent",
					"ferm",      "ufw"};

static const char after_firewall[] = WRITTEN_BY "[Service]\n"
						"ExecStartPost=-/bin/sh -c '[ ! -e " QUARANTINE_LOAD
						" ] || exec /bin/sh " QUARANTINE_LOAD "'\n";

static void add_file(struct changes *changes, const char *path, const char *content)
{
	struct text text = {.arena = changes->arena};

	text_add(&text, content, strlen(content));
	changes_file(changes, path, &text);
}

static void add_unit(struct changes *changes, const char *name, const char *content,
		     const char *wanted_by)
{
	const char *path = arena_printf(changes->arena, SYSTEMD_UNITS "/%s.service", name);

	add_file(changes, path, content);
	changes_link(
		changes,
		arena_printf(changes->arena, SYSTEMD_UNITS "/%s.wants/%s.service", wanted_by, name),
		path);
}

static int first_boot(struct changes *changes, struct err *err)
{
	(void)err;
	add_unit(changes, FIRST_BOOT_SERVICE, first_boot_unit, "multi-user.target");
	return 0;
}

#define GETTY_WANTS "getty.target.wants"
#define GETTY_UNIT  "getty@.service"

/* "serial-getty@hvc0.service" of an old console. */
static bool is_old_getty(const char *unit, const struct strings *consoles)
{
	const char *at = strchr(unit, '@');

	return at && is_old_console(at + 1, strcspn(at + 1, "."), consoles);
}

static bool has_getty(const struct changes *changes, const char *terminal)
{
	static const char *const folders[] = {SYSTEMD_UNITS, "/usr/lib/systemd/system",
					      "/lib/systemd/system"};
	struct stat st;

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (target_lstat(changes->target,
				 arena_printf(changes->arena, "%s/" GETTY_WANTS "/getty@%s.service",
					      folders[i], terminal),
				 &st))
			return true;
	return false;
}

/* Serial consoles get theirs from systemd-getty-generator(8), by console= of the kernel's command line. */
static int logins(struct changes *changes, const struct strings *consoles, struct err *err)
{
	const char *screen = screen_terminal(consoles);
	const char *file = systemd_unit_file(changes, GETTY_UNIT);
	struct target_names names;

	if (target_list(changes->target, SYSTEMD_UNITS "/" GETTY_WANTS, "", changes->arena, &names,
			err))
		return -1;
	for (size_t i = 0; i < names.count; i++)
		if (is_old_getty(names.item[i], consoles))
			changes_remove(changes, arena_printf(changes->arena,
							     SYSTEMD_UNITS "/" GETTY_WANTS "/%s",
							     names.item[i]));
	if (screen && file && !has_getty(changes, screen))
		changes_link(changes,
			     arena_printf(changes->arena,
					  SYSTEMD_UNITS "/" GETTY_WANTS "/getty@%s.service",
					  screen),
			     file);
	return securetty_render(changes, consoles, err);
}

static int quarantine(struct changes *changes, struct err *err)
{
	(void)err;
	add_unit(changes, QUARANTINE_SERVICE, quarantine_unit, "sysinit.target");
	for (size_t i = 0; i < sizeof(firewalls) / sizeof(*firewalls); i++) {
		const char *unit = arena_printf(changes->arena, "%s.service", firewalls[i]);

		if (systemd_unit_file(changes, unit))
			add_file(changes,
				 arena_printf(changes->arena,
					      SYSTEMD_UNITS "/%s.d/newroot-quarantine.conf", unit),
				 after_firewall);
	}
	return 0;
}

/* A script without a unit of its name, or a mask, gets one from systemd-sysv-generator(8). */
static int service(const struct changes *changes, const char *name, struct service *s,
		   struct err *err)
{
	if (systemd_service(changes, name, s, err))
		return -1;
	if (s->found || systemd_knows(changes, arena_printf(changes->arena, "%s.service", name)))
		return 0;
	return sysv_service(changes, name, s, err);
}

const struct init_dialect init_systemd = {
	.name = "systemd",
	.first_boot = first_boot,
	.logins = logins,
	.service = service,
	.quarantine = quarantine,
	.nfs_later = "nofail,x-systemd.automount",
	.mtab_is_link = true,
	.quarantine_returns = true,
};
