/* OpenRC and Gentoo's baselayout 1 before it: a service script (openrc-run(8)) and a runlevel link. */
#include <string.h>

#include "base/embed.h"
#include "os/dialect.h"
#include "os/inittab.h"
#include "os/quarantine.h"

#define SCRIPTS   "/etc/init.d/"
#define RUNLEVELS "/etc/runlevels"

/* `after *; before local` is how OpenRC spells "last": its own `local` service is after all too. */
EMBED_FILE(openrc_first_boot, "agent/os/scripts/openrc-first-boot");

/*
 * Behind firewalls of the system's own, so that theirs don't replace it; mountall.sh, networking and ifupdown are
 * Debian's scripts, which OpenRC runs as well.
 */
EMBED_FILE(openrc_quarantine, "agent/os/scripts/openrc-quarantine");

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
