/* `newroot cutover`: the moved VM goes into service, on its own side; or back. */
#include <stdio.h>
#include <unistd.h>

#include "base/child.h"
#include "base/limits.h"
#include "command.h"
#include "cutover/cutover.h"
#include "installed/environment.h"
#include "installed/installed.h"

static const char usage[] =
	"usage: newroot cutover [--dry-run] [--force] [--without-source] [--undo]\n"
	"Promotes a database that follows the old platform's, once that is read only and nothing of\n"
	"it is missing; lifts the quarantine, restores and starts the services that waited, takes the marker\n"
	"away, runs puppet if the job has it, and reports. What is done already is left alone,\n"
	"so it may be given again at any time. The log is " INSTALLED_LOG ".\n";

static bool parse(int argc, char **argv, struct cutover *cutover, int *status)
{
	const struct option_row options[] = {
		{"dry-run", OPTION_FLAG, &cutover->dry_run, NULL,
		 "tell what would be done; change nothing"},
		{"force", OPTION_FLAG, &cutover->force, NULL,
		 "even while its first boot has failed or is not over"},
		{"without-source", OPTION_FLAG, &cutover->without_source, NULL,
		 "promote the database although the old one is gone for good:\n"
		 "what it wrote and this VM never got is lost"},
		{"undo", OPTION_FLAG, &cutover->undo, NULL,
		 "in reverse: stop them, disable them, marker and quarantine back;\n"
		 "a promotion stays"},
		{0},
	};
	const struct command_form form = {.name = "cutover", .usage = usage, .options = options};

	if (!command_options(&form, argc, argv, NULL, status))
		return false;
	if (!cutover->undo || !cutover->without_source)
		return true;
	*status = command_wrong(&form, "--undo and --without-source exclude each other");
	return false;
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
	int ret, status;

	if (!parse(argc, argv, &cutover, &status))
		return status;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (installed_environment(&err) || command_on_installed("cutover", &err))
		return command_fail("cutover", &err);
	ret = cutover_run(&cutover, &err);
	if (!cutover.dry_run)
		attend_again();
	return ret ? command_fail("cutover", &err) : 0;
}
