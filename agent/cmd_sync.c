/* `newroot sync`: folders with data are brought up to date from the old VM, before cutover. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "command.h"
#include "installed/installed.h"
#include "sync/config.h"
#include "sync/sync.h"

/* A signal makes [0] readable. */
static int stop[2] = {-1, -1};

static const char usage[] =
	"usage: newroot sync [--dry-run] [--force] [--tree PATH]...\n"
	"Brings the folders of the job's sync up to date from the old VM, by rsync over ssh, as\n" SYNC_CONFIG
	" says. May be given as often as wanted until cutover, and again\n"
	"after an interruption. The log is " INSTALLED_LOG ".\n";

static bool parse(int argc, char **argv, struct sync *sync, struct option_list *wanted, int *status)
{
	const struct option_row options[] = {
		{"dry-run", OPTION_FLAG, &sync->dry_run, NULL,
		 "tell what would change; change nothing, report nothing"},
		{"tree", OPTION_LIST, wanted, "PATH", "this folder only; may be given again"},
		{"force", OPTION_FLAG, &sync->force, NULL,
		 "even after cutover, over what was written here since"},
		{0},
	};
	const struct command_form form = {.name = "sync", .usage = usage, .options = options};

	if (!command_options(&form, argc, argv, NULL, status))
		return false;
	sync->wanted = (struct strings){(const char **)wanted->item, wanted->count};
	return true;
}

static void on_signal(int number)
{
	const int saved = errno;

	(void)number;
	/* The pipe may be full of earlier signals: that is as good. */
	if (write(stop[1], "", 1) < 0)
		errno = saved;
	errno = saved;
}

/* rsync is ended in good order, and no key stays behind. */
static int catch_signals(struct err *err)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	const struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	if (pipe2(stop, O_CLOEXEC | O_NONBLOCK))
		return err_sys(err, ERR_IO, NULL, "cannot make a pipe");
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (sigaction(signals[i], &action, NULL))
			return err_sys(err, ERR_IO, NULL, "cannot catch signals");
	return 0;
}

int cmd_sync(int argc, char **argv)
{
	struct option_list wanted = {0};
	struct sync sync = {.out = stdout};
	struct err err = ERR_INIT;
	int status;

	if (!parse(argc, argv, &sync, &wanted, &status))
		return status;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (command_on_installed("sync", &err) || catch_signals(&err))
		return command_fail("sync", &err);
	sync.stop = stop[0];
	return sync_run(&sync, &err) ? command_fail("sync", &err) : 0;
}
