/* `newroot nodes`: /dev/VG/LV of an installed system that has no LVM and no udev that would make them. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "mapper/nodes.h"

static void usage(FILE *out)
{
	fprintf(out,
		"usage: newroot nodes\n"
		"Makes /dev/mapper/NAME and /dev/VG/LV of all active volumes, where they are not there;\n"
		"called early in the boot of an installed system that has neither LVM nor dmsetup.\n");
}

int cmd_nodes(int argc, char **argv)
{
	struct err err = ERR_INIT;

	if (argc != 1) {
		const int asked =
			argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"));

		usage(asked ? stdout : stderr);
		return asked ? 0 : err_exit_status(ERR_USAGE);
	}
	if (geteuid() != 0)
		err_set(&err, ERR_USAGE, NULL, "only root can do this");
	else if (nodes_make("/dev", &err) == 0)
		return 0;
	return command_fail("nodes", &err);
}
