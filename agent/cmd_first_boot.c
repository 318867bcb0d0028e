/* `newroot first-boot`: the installed system's first boot; its init system starts this. */
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "command.h"
#include "target/first_boot.h"
#include "target/first_boot_config.h"

static void usage(FILE *out)
{
	fprintf(out, "usage: newroot first-boot [--config FILE] [--background]\n"
		     "Checks in with the service as " FIRST_BOOT_CONFIG
		     " says, once; afterwards it does "
		     "nothing.\n"
		     "The log is " FIRST_BOOT_LOG ".\n"
		     "  --config FILE   other instructions\n"
		     "  --background    return at once, for the boot must not wait\n");
}

/* 0: go on; 1: show help; -1: wrong. */
static int parse_options(int argc, char **argv, struct first_boot *options, bool *background)
{
	static const struct option names[] = {
		{"config", required_argument, NULL, 'c'},
		{"background", no_argument, NULL, 'b'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", names, NULL)) != -1) {
		if (c == 'c')
			options->config = optarg;
		else if (c == 'b')
			*background = true;
		else
			return c == 'h' ? 1 : -1;
	}
	return optind < argc ? -1 : 0;
}

/* Away from the boot scripts' terminal and session. 1 in the parent, 0 in the child, -1: failed. */
static int detach(struct err *err)
{
	pid_t pid = fork();
	int null;

	if (pid < 0)
		return err_sys(err, ERR_FIRST_BOOT, NULL, "cannot go into the background");
	if (pid > 0)
		return 1;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (setsid() < 0 || chdir("/") || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		return err_sys(err, ERR_FIRST_BOOT, NULL, "cannot leave the boot's terminal");
	return 0;
}

int cmd_first_boot(int argc, char **argv)
{
	struct first_boot options = {
		.config = FIRST_BOOT_CONFIG,
		.state_dir = FIRST_BOOT_STATE_DIR,
		.console = FIRST_BOOT_CONSOLE,
		.patience_s = FIRST_BOOT_PATIENCE_S,
	};
	struct err err = ERR_INIT;
	bool background = false;
	int asked = parse_options(argc, argv, &options, &background);

	if (asked) {
		usage(asked > 0 ? stdout : stderr);
		return asked > 0 ? 0 : err_exit_status(ERR_USAGE);
	}
	if (background) {
		int ret = detach(&err);

		if (ret)
			return ret > 0 ? 0 : command_fail("first-boot", &err);
	}
	log_open(FIRST_BOOT_LOG, !background);
	if (first_boot_run(&options, &err))
		return command_fail("first-boot", &err);
	return 0;
}
