/* `newroot first-boot` with its folders given: driver CONFIG STATE-FOLDER CONSOLE LOG. */
#include <stdio.h>

#include "base/log.h"
#include "target/first_boot.h"

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;

	if (argc != 5)
		return 2;
	log_open(argv[4], true);
	if (first_boot_run(&(struct first_boot){.config = argv[1],
						.state_dir = argv[2],
						.console = argv[3],
						.patience_s = 10},
			   &err) == 0)
		return 0;
	fprintf(stderr, "%s: %s [%s]\n", err.where, err.msg, err_name(err.code));
	return err_exit_status(err.code);
}
