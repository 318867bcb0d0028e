/* `newroot first-boot`: the installed system's first boot; its init system starts this. */
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "command.h"
#include "os/quarantine.h"
#include "target/first_boot.h"
#include "target/first_boot_config.h"

static void usage(FILE *out)
{
	fprintf(out, "usage: newroot first-boot [--config FILE] [--background | --stay]\n"
		     "Checks in with the service and does what " FIRST_BOOT_CONFIG
		     " says, once; afterwards it does nothing.\n"
		     "After an error it waits in the background until `newroot-server retry NAME` "
		     "has it try "
		     "again;\n"
		     "given once more, it takes over from one that waits.\n"
		     "The log is " FIRST_BOOT_LOG ".\n"
		     "  --config FILE   other instructions\n"
		     "  --background    return at once, for the boot must not wait\n"
		     "  --stay          stay in the foreground, also after an error\n");
}

enum way {
	BY_HAND,    /* somebody waits for how it ends */
	BACKGROUND, /* nobody does */
	STAY,       /* an init system keeps the process */
};

/* 0: go on; 1: show help; -1: wrong. */
static int parse_options(int argc, char **argv, struct first_boot *options, enum way *way)
{
	static const struct option names[] = {
		{"config", required_argument, NULL, 'c'},
		{"background", no_argument, NULL, 'b'},
		{"stay", no_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", names, NULL)) != -1) {
		if (c == 'c')
			options->config = optarg;
		else if (c == 'b' || c == 's')
			*way = c == 'b' ? BACKGROUND : STAY;
		else
			return c == 'h' ? 1 : -1;
	}
	return optind < argc ? -1 : 0;
}

/* Where somebody learns how the first run has ended; -1: nobody waits for it. */
static int verdict = -1;

/* Away from the terminal and session of the boot, or of a person. */
static int leave_terminal(struct err *err)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (setsid() < 0 || chdir("/") || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		return err_sys(err, ERR_FIRST_BOOT, NULL, "cannot leave the terminal");
	close(null);
	return 0;
}

static void tell_verdict(int status)
{
	const unsigned char byte = (unsigned char)status;
	struct err err = ERR_INIT;

	if (verdict < 0)
		return;
	if (write(verdict, &byte, 1) != 1 || leave_terminal(&err))
		log_line("somebody waits for the end of this: %s", err.msg);
	close(verdict);
	verdict = -1;
}

static void tell_failure(const struct err *err)
{
	if (verdict < 0)
		return;
	tell_verdict(command_fail("first-boot", err));
}

static int await_verdict(int from)
{
	unsigned char status;

	if (read(from, &status, 1) == 1)
		return status;
	fprintf(stderr, "newroot first-boot: it has ended; see " FIRST_BOOT_LOG "\n");
	return 1;
}

/* 1 in the parent, with its exit status; 0 in the child, which goes on; -1: failed. */
static int fork_from(enum way way, int *status, struct err *err)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return err_sys(err, ERR_FIRST_BOOT, NULL, "no pipe");
	pid = fork();
	if (pid < 0)
		return err_sys(err, ERR_FIRST_BOOT, NULL, "cannot go into the background");
	close(ends[pid == 0 ? 0 : 1]);
	if (pid > 0) {
		*status = way == BY_HAND ? await_verdict(ends[0]) : 0;
		return 1;
	}
	if (way == BY_HAND)
		verdict = ends[1];
	else
		close(ends[1]);
	return way == BACKGROUND ? leave_terminal(err) : 0;
}

int cmd_first_boot(int argc, char **argv)
{
	struct first_boot options = {
		.config = FIRST_BOOT_CONFIG,
		.quarantine = QUARANTINE_FOLDER,
		.state_dir = FIRST_BOOT_STATE_DIR,
		.console = FIRST_BOOT_CONSOLE,
		.root = "",
		.patience_s = FIRST_BOOT_PATIENCE_S,
		.failed = tell_failure,
	};
	enum way way = BY_HAND;
	struct err err = ERR_INIT;
	int ret, status = 0, asked = parse_options(argc, argv, &options, &way);

	if (asked) {
		usage(asked > 0 ? stdout : stderr);
		return asked > 0 ? 0 : err_exit_status(ERR_USAGE);
	}
	ret = way == STAY ? 0 : fork_from(way, &status, &err);
	if (ret > 0)
		return status;
	log_open(FIRST_BOOT_LOG, way != BACKGROUND);
	if (ret == 0)
		ret = first_boot_run(&options, &err);
	status = ret < 0 ? command_fail("first-boot", &err) : 0;
	tell_verdict(status);
	return status;
}
