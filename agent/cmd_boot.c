/* `newroot boot`: /init of an installed system's slim initrd. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "boot/boot.h"

int cmd_boot(int argc, char **argv)
{
	struct err err = ERR_INIT;

	if (getpid() == 1)
		boot_run(argv);
	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		puts("usage: newroot boot\n"
		     "The life as /init of an installed system's slim initrd: modules, LVM, the root\n"
		     "filesystem, its init. Only the kernel starts it; docs/boot.md has its parameters.");
		return 0;
	}
	err_set(&err, ERR_USAGE, NULL,
		"only the kernel starts this, as /init of the initrd that the initrd step makes");
	return command_fail("boot", &err);
}
