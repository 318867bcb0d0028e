/* `newroot boot`: /init of an installed system's slim initrd. */
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "boot/boot.h"

int cmd_boot(int argc, char **argv)
{
	struct err err = ERR_INIT;

	(void)argc;
	if (getpid() == 1)
		boot_run(argv);
	err_set(&err, ERR_USAGE, NULL,
		"only the kernel starts this, as /init of the initrd that the initrd step makes");
	return command_fail("boot", &err);
}
