/* `newroot cutover`: the moved VM goes into service, on its own side; or back. */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "base/child.h"
#include "base/limits.h"
#include "command.h"
#include "cutover/cutover.h"
#include "installed/environment.h"
#include "installed/installed.h"

static void usage(FILE *out)
{
	fprintf(out,
		"usage: newroot cutover [--dry-run] [--force] [--without-source] [--undo]\n"
		"Promotes a database that follows the old platform's, once that is read only and nothing of\n"
		"it is missing; lifts the quarantine, restores and starts the services that waited, takes the marker\n"
		"away, runs puppet if the job has it, and reports. What is done already is left alone,\n"
		"so it may be given again at any time. The log is " INSTALLED_LOG ".\n"
		"  --dry-run   tell what would be done; change nothing\n"
		"  --force     even while its first boot has failed or is not over\n"
		"  --without-source\n"
		"              promote the database although the old one is gone for good: what it wrote and\n"
		"              this VM never got is lost\n"
		"  --undo      in reverse: stop them, disable them, marker and quarantine back; a promotion stays\n");
}

/* 0: go on; 1: show help; -1: wrong. */
static int parse_options(int argc, char **argv, struct cutover *cutover)
{
	static const struct option names[] = {
		{"dry-run", no_argument, NULL, 'n'}, {"force", no_argument, NULL, 'f'},
		{"undo", no_argument, NULL, 'u'},    {"without-source", no_argument, NULL, 'w'},
		{"help", no_argument, NULL, 'h'},    {0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", names, NULL)) != -1) {
		if (c == 'n')
			cutover->dry_run = true;
		else if (c == 'f')
			cutover->force = true;
		else if (c == 'u')
			cutover->undo = true;
		else if (c == 'w')
			cutover->without_source = true;
		else
			return c == 'h' ? 1 : -1;
	}
	if (cutover->undo && cutover->without_source) {
		fprintf(stderr, "cutover: --undo and --without-source exclude each other\n");
		return -1;
	}
	return optind < argc ? -1 : 0;
}

/* By a new boot of the agent: the service takes orders and states of the newest. */
static void attend_again(void)
{
	static const char *const argv[] = {"/proc/self/exe", "first-boot", "--background", NULL};
	const struct child child = {.name = "newroot first-boot", .argv = argv};

	if (access(INSTALLED_STATE "/first-boot.done", F_OK) == 0)
		child_run(&child, NULL, NULL);
}

int cmd_cutover(int argc, char **argv)
{
	struct cutover cutover = {
		.root = "",
		.out = stdout,
		.service_s = CUTOVER_SERVICE_S,
		.puppet_s = CUTOVER_PUPPET_S,
		.lag_s = CUTOVER_LAG_S,
		.report_s = CUTOVER_REPORT_S,
	};
	struct err err = ERR_INIT;
	int ret, asked = parse_options(argc, argv, &cutover);

	if (asked) {
		usage(asked > 0 ? stdout : stderr);
		return asked > 0 ? 0 : err_exit_status(ERR_USAGE);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (installed_environment(&err) || command_on_installed("cutover", &err))
		return command_fail("cutover", &err);
	ret = cutover_run(&cutover, &err);
	if (!cutover.dry_run)
		attend_again();
	return ret ? command_fail("cutover", &err) : 0;
}
