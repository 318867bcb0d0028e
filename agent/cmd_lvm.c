/* `newroot lvm`: LVM's own command line, for people in the rescue shell. */
#include "base/lvm.h"
#include "command.h"

/* In liblvm2cmd, but in none of its headers: main() of lvm(8). */
extern int lvm2_main(int argc, char **argv);

int cmd_lvm(int argc, char **argv)
{
	struct err err = ERR_INIT;

	if (lvm_prepare(&err) < 0)
		return command_fail("lvm", &err);
	return lvm2_main(argc, argv);
}
