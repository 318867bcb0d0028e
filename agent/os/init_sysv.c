/*
 * System V init as Debian and RHEL have it: a script with an LSB header (insserv) that chkconfig
 * understands too, and S99 links. Debian's startpar(8) starts only what .depend.start names.
 */
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "os/dialect.h"
#include "os/inittab.h"
#include "os/quarantine.h"
#include "os/startpar.h"
#include "os/sysv_links.h"
#include "os/volume_nodes.h"

#define SCRIPTS "/etc/init.d/"
#define MODULES                                                                                    \
	"/etc/sysconfig/modules/" /* RHEL's rc.sysinit runs what is there right after start_udev */

EMBED_FILE(sysv_first_boot, "agent/os/scripts/sysv-first-boot");

/* RHEL's firewalls start at 8, its network at 10; insserv puts this before Debian's network. */
EMBED_FILE(sysv_quarantine, "agent/os/scripts/sysv-quarantine");
static const char rhel_header[] = "# chkconfig: 2345 09 91\n"
				  "# description: newroot quarantine\n";
static const char lsb_header[] = "### BEGIN INIT INFO\n"
				 "# Provides:          " QUARANTINE_SERVICE "\n"
				 "# Required-Start:    mountkernfs $local_fs\n"
				 "# Required-Stop:\n"
				 "# Should-Start:      netfilter-persistent iptables-persistent\n"
				 "# X-Start-Before:    networking ifupdown\n"
				 "# Default-Start:     S\n"
				 "# Default-Stop:\n"
				 "# Short-Description: newroot quarantine\n"
				 "### END INIT INFO\n";

static const char nodes_script[] =
	"#!/bin/sh\n"
	"### BEGIN INIT INFO\n"
	"# Provides:          " NODES_SERVICE "\n"
	"# Required-Start:    mountdevsubfs\n"
	"# Required-Stop:\n"
	"# Should-Start:      udev\n"
	"# X-Start-Before:    checkroot checkfs mountall\n"
	"# Default-Start:     S\n"
	"# Default-Stop:\n"
	"# Short-Description: newroot nodes: /dev/VG/LV, for a system without LVM's tools\n"
	"### END INIT INFO\n"
	"# Written by newroot at installation.\n"
	"\n"
	"[ \"$1\" = start ] || exit 0\n" VOLUME_NODES_COMMAND;

static void add_link(struct changes *changes, char level, unsigned number, const char *name)
{
	changes_link(changes,
		     arena_printf(changes->arena, "/etc/rc%c.d/S%02u%s", level, number, name),
		     arena_printf(changes->arena, "../init.d/%s", name));
}

static int first_boot(struct changes *changes, struct err *err)
{
	struct text text = {.arena = changes->arena};

	text_add(&text, sysv_first_boot, strlen(sysv_first_boot));
	changes_file(changes, SCRIPTS FIRST_BOOT_SERVICE, &text)->mode = 0755;
	for (const char *level = "2345"; *level; level++)
		add_link(changes, *level, 99, FIRST_BOOT_SERVICE);
	return startpar_add(changes, STARTPAR_START, FIRST_BOOT_SERVICE, NULL, err);
}

static int start_order(struct changes *changes, const char *name, struct err *err)
{
	bool early;

	if (sysv_is_rhel(changes->target))
		return 0;
	if (sysv_is_early(changes, name, &early, err))
		return -1;
	return startpar_add(changes, early ? STARTPAR_BOOT : STARTPAR_START, name, NULL, err);
}

/* One before the script's own number in /etc/rcS.d, "S40networking"; `number` stays where no link tells. */
static int number_before(const struct changes *changes, const char *script, unsigned *number,
			 struct err *err)
{
	struct target_names names;

	if (target_list(changes->target, "/etc/rcS.d", "S", changes->arena, &names, err))
		return -1;
	for (size_t i = 0; i < names.count; i++)
		if (strspn(names.item[i] + 1, "0123456789") == 2 &&
		    !strcmp(names.item[i] + 3, script))
			*number = (unsigned)strtoul(names.item[i] + 1, NULL, 10) - 1;
	return 0;
}

static int quarantine(struct changes *changes, struct err *err)
{
	bool rhel = sysv_is_rhel(changes->target);
	struct text text = {.arena = changes->arena};
	unsigned number = 9;

	text_printf(&text, "#!/bin/sh\n%s%s", rhel ? rhel_header : lsb_header,
		    strchr(sysv_quarantine, '\n') + 1);
	changes_file(changes, SCRIPTS QUARANTINE_SERVICE, &text)->mode = 0755;
	if (!rhel) {
		number =
			39; /* the network of Debian 4 and 5 starts at 40: behind the local filesystems */
		if (number_before(changes, "networking", &number, err))
			return -1;
	}
	for (const char *level = rhel ? "2345" : "S"; *level; level++)
		add_link(changes, *level, number, QUARANTINE_SERVICE);
	return rhel ? 0
		    : startpar_add(changes, STARTPAR_BOOT, QUARANTINE_SERVICE, "networking", err);
}

/* Debian 4 and 5 have udev at 3, and the root checked at 10. */
static int nodes(struct changes *changes, struct err *err)
{
	struct text text = {.arena = changes->arena};
	unsigned number = 9;

	if (sysv_is_rhel(changes->target)) {
		text_printf(&text, "#!/bin/sh\n" WRITTEN_BY "%s", VOLUME_NODES_COMMAND);
		changes_file(changes, MODULES NODES_SERVICE ".modules", &text)->mode = 0755;
		return 0;
	}
	text_printf(&text, "%s", nodes_script);
	changes_file(changes, SCRIPTS NODES_SERVICE, &text)->mode = 0755;
	if (number_before(changes, "checkroot.sh", &number, err))
		return -1;
	add_link(changes, 'S', number, NODES_SERVICE);
	return startpar_add(changes, STARTPAR_BOOT, NODES_SERVICE, "checkroot.sh", err);
}

const struct init_dialect init_sysv = {
	.name = "sysv",
	.first_boot = first_boot,
	.logins = inittab_logins,
	.service = sysv_service,
	.start_order = start_order,
	.quarantine = quarantine,
	.nodes = nodes,
	.nfs_later = "bg",
};
