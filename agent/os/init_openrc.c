/* OpenRC and Gentoo's baselayout 1 before it: a service script (openrc-run(8)) and a runlevel link. */
#include "os/dialect.h"
#include "os/inittab.h"

#define SCRIPT   "/etc/init.d/" FIRST_BOOT_SERVICE
#define RUNLEVEL "/etc/runlevels/default/" FIRST_BOOT_SERVICE

/* `after *; before local` is how OpenRC spells "last": its own `local` service is after all too. */
static const char script[] =
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

static int first_boot(struct changes *changes, struct err *err)
{
	struct text text = {.arena = changes->arena};
	const char *runner =
		target_exists(changes->target, "/sbin/openrc-run") ? "openrc-run" : "runscript";

	(void)err;
	text_printf(&text, "#!/sbin/%s\n%s", runner, script);
	changes_file(changes, SCRIPT, &text)->mode = 0755;
	changes_link(changes, RUNLEVEL, SCRIPT);
	return 0;
}

const struct init_dialect init_openrc = {"openrc", first_boot, inittab_logins};
