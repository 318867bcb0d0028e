/* OpenRC and Gentoo's baselayout 1 before it: a service script (openrc-run(8)) and a runlevel link. */
#include <string.h>

#include "base/embed.h"
#include "os/dialect.h"
#include "os/inittab.h"
#include "os/quarantine.h"
#include "os/volume_nodes.h"

#define ADDONS    "/lib/rcscripts/addons"
#define SCRIPTS   "/etc/init.d/"
#define RUNLEVELS "/etc/runlevels"

/* `after *; before local` is how OpenRC spells "last": its own `local` service is after all too. */
EMBED_FILE(openrc_first_boot, "agent/os/scripts/openrc-first-boot");

/*
 * Behind firewalls of the system's own, so that theirs don't replace it; mountall.sh, networking and ifupdown are
 * Debian's scripts, which OpenRC runs as well.
 */
EMBED_FILE(openrc_quarantine, "agent/os/scripts/openrc-quarantine");

static const char nodes_script[] =
	"#!/sbin/openrc-run\n"
	"# Written by newroot at installation.\n"
	"description=\"newroot nodes: /dev/VG/LV, for a system without LVM's tools\"\n"
	"\n"
	"depend() {\n"
	"\tafter devfs dev dev-mount udev-mount udev udev-trigger mountkernfs.sh mountdevsubfs.sh\n"
	"\tbefore fsck root swap localmount checkroot checkfs checkroot.sh checkfs.sh mountall.sh\n"
	"}\n"
	"\n"
	"start() {\n"
	"\tebegin \"Making nodes of volumes\"\n"
	"\t" VOLUME_NODES_COMMAND "\teend $?\n"
	"}\n";

/* Sourced by baselayout 1 after its udev, where it would have device-mapper's own tool make nodes: RC_VOLUME_ORDER names it. */
static const char nodes_addon[] = WRITTEN_BY VOLUME_NODES_COMMAND;

static void add_script(struct changes *changes, const char *name, const char *script,
		       const char *runlevel)
{
	struct text text = {.arena = changes->arena};
	const char *runner =
		target_exists(changes->target, "/sbin/openrc-run") ? "openrc-run" : "runscript";
	const char *path = arena_printf(changes->arena, SCRIPTS "%s", name);

	text_printf(&text, "#!/sbin/%s%s", runner, strchr(script, '\n'));
	changes_file(changes, path, &text)->mode = 0755;
	changes_link(changes, arena_printf(changes->arena, RUNLEVELS "/%s/%s", runlevel, name),
		     path);
}

static int first_boot(struct changes *changes, struct err *err)
{
	(void)err;
	add_script(changes, FIRST_BOOT_SERVICE, openrc_first_boot, "default");
	return 0;
}

/*
 * In the earliest runlevel that has a network: Debian's is sysinit, Gentoo's boot. Once more in default, where Gentoo's
 * iptables start, which replace every table that they have saved.
 */
static int quarantine(struct changes *changes, struct err *err)
{
	bool debian = target_exists(changes->target, RUNLEVELS "/sysinit/networking");

	(void)err;
	add_script(changes, QUARANTINE_SERVICE, openrc_quarantine, debian ? "sysinit" : "boot");
	add_script(changes, QUARANTINE_SERVICE "-again", openrc_quarantine, "default");
	return 0;
}

/* Before OpenRC had a runlevel for it, boot began with checks and mounts, and volumes were an addon's. */
static int nodes(struct changes *changes, struct err *err)
{
	struct text text = {.arena = changes->arena};
	bool early = target_exists(changes->target, RUNLEVELS "/sysinit");

	(void)err;
	if (early || !target_exists(changes->target, ADDONS)) {
		add_script(changes, NODES_SERVICE, nodes_script, early ? "sysinit" : "boot");
		return 0;
	}
	text_printf(&text, "%s", nodes_addon);
	changes_file(changes, ADDONS "/dm-start.sh", &text);
	return 0;
}

static int service(const struct changes *changes, const char *name, struct service *s,
		   struct err *err)
{
	const char *script = arena_printf(changes->arena, SCRIPTS "%s", name);
	struct target_names runlevels;
	struct stat st;

	s->found = target_exists(changes->target, script);
	if (target_list(changes->target, RUNLEVELS, "", changes->arena, &runlevels, err))
		return -1;
	for (size_t i = 0; i < runlevels.count; i++) {
		const char *path =
			arena_printf(changes->arena, RUNLEVELS "/%s/%s", runlevels.item[i], name);

		if (target_lstat(changes->target, path, &st) &&
		    service_links_read(&s->starts, changes, path, err))
			return -1;
	}
	service_links_add_all(&s->on, &s->starts, changes->arena);
	if (!s->on.count)
		service_links_add(&s->on,
				  arena_printf(changes->arena, RUNLEVELS "/default/%s", name),
				  script, changes->arena);
	return 0;
}

const struct init_dialect init_openrc = {
	.name = "openrc",
	.first_boot = first_boot,
	.logins = inittab_logins,
	.service = service,
	.quarantine = quarantine,
	.nodes = nodes,
	.nfs_later = "bg",
};
