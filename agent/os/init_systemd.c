/* systemd: a unit and its link in the target's wants (systemd.unit(5)). Logins come by console=. */
#include <string.h>

#include "os/dialect.h"

#define UNIT  "/etc/systemd/system/" FIRST_BOOT_SERVICE ".service"
#define WANTS "/etc/systemd/system/multi-user.target.wants/" FIRST_BOOT_SERVICE ".service"

static const char unit[] = "# Written by newroot at installation.\n"
			   "[Unit]\n"
			   "Description=newroot first boot: check in with the migration service\n"
			   "Wants=network-online.target\n"
			   "After=network-online.target multi-user.target\n"
			   "ConditionPathExists=!/var/lib/newroot/first-boot.done\n"
			   "\n"
			   "[Service]\n"
			   "ExecStart=" NEWROOT_PROGRAM " first-boot\n"
			   "\n"
			   "[Install]\n"
			   "WantedBy=multi-user.target\n";

static int first_boot(struct changes *changes, struct err *err)
{
	struct text text = {.arena = changes->arena};

	(void)err;
	text_add(&text, unit, strlen(unit));
	changes_file(changes, UNIT, &text);
	changes_link(changes, WANTS, UNIT);
	return 0;
}

const struct init_dialect init_systemd = {"systemd", first_boot, NULL};
