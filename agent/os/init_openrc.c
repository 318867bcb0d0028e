/* OpenRC and Gentoo's baselayout 1 before it: a service script (openrc-run(8)) and a runlevel link. */
#include "os/dialect.h"
#include "os/inittab.h"
#include "os/quarantine.h"

#define SCRIPTS   "/etc/init.d/"
#define RUNLEVELS "/etc/runlevels"

/* `after *; before local` is how OpenRC spells "last": its own `local` service is after all too. */
static const char first_boot_script[] =
	"# Written by newroot at installation.\n"
	"description=\"newroot first boot: check in with the migration service\"\n"
	"\n"
	"depend() {\n"
	"\tuse net dns logger\n"
	"\tafter *\n"
	"\tbefore local\n"
	"}\n"
	"\n"
	"start() {\n"
	"\tebegin \"Starting newroot first boot in the background\"\n"
	"\t" NEWROOT_PROGRAM " first-boot --background\n"
	"\teend $?\n"
	"}\n";

/*
 * Behind firewalls of the system's own, so that theirs don't replace it; mountall.sh, networking and ifupdown are
 * Debian's scripts, which OpenRC runs as well.
 */
static const char quarantine_script[] =
	"# Written by newroot at installation.\n"
	"description=\"newroot quarantine: outbound firewall until cutover\"\n"
	"\n"
	"depend() {\n"
	"\tafter checkroot checkroot.sh localmount mountall.sh iptables ip6tables nftables netfilter-persistent\n"
	"\tbefore net networking ifupdown\n"
	"}\n"
	"\n"
	"start() {\n"
	"\t[ -x " QUARANTINE_LOAD " ] || return 0\n"
	"\tebegin \"Loading newroot's quarantine\"\n"
	"\t" QUARANTINE_LOAD "\n"
	"\teend $?\n"
	"}\n";

static void add_script(struct changes *changes, const char *name, const char *script,
		       const char *runlevel)
{
	struct text text = {.arena = changes->arena};
	const char *runner =
		target_exists(changes->target, "/sbin/openrc-run") ? "openrc-run" : "runscript";
	const char *path = arena_printf(changes->arena, SCRIPTS "%s", name);

	text_printf(&text, "#!/sbin/%s\n%s", runner, script);
	changes_file(changes, path, &text)->mode = 0755;
	changes_link(changes, arena_printf(changes->arena, RUNLEVELS "/%s/%s", runlevel, name),
		     path);
}

static int first_boot(struct changes *changes, struct err *err)
{
	(void)err;
	add_script(changes, FIRST_BOOT_SERVICE, first_boot_script, "default");
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
	add_script(changes, QUARANTINE_SERVICE, quarantine_script, debian ? "sysinit" : "boot");
	add_script(changes, QUARANTINE_SERVICE "-again", quarantine_script, "default");
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
	.nfs_later = "bg",
};
