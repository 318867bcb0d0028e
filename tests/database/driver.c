/*
 * `newroot first-boot` with its folders given: driver CONFIG STATE-FOLDER CONSOLE LOG ROOT [stay]. Without `stay` it ends when a run
 * has failed, once the service has heard of it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "service/report.h"
#include "ssh/tunnel.h"
#include "target/first_boot.h"

#define REPORT_S 60

static int tell(const struct err *err)
{
	fprintf(stderr, "%s: %s [%s]\n", err->where, err->msg, err_name(err->code));
	return err_exit_status(err->code);
}

static void end(const struct err *err)
{
	report_stop(REPORT_S);
	tunnel_close();
	exit(tell(err));
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	int ret;

	if (argc != 6 && argc != 7)
		return 2;
	log_open(argv[4], true);
	ret = first_boot_run(&(struct first_boot){.config = argv[1],
						  .quarantine = "/no/quarantine",
						  .state_dir = argv[2],
						  .console = argv[3],
						  .root = argv[5],
						  .patience_s = 10,
						  .failed = argc == 6 ? end : NULL},
			     &err);
	tunnel_close();
	return ret ? tell(&err) : 0;
}
