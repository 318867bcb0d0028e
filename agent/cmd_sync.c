/* `newroot sync`: folders with data are brought up to date from the old VM, before cutover. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
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

static void usage(FILE *out)
{
	fprintf(out,
		"usage: newroot sync [--dry-run] [--force] [--tree PATH]...\n"
		"Brings the folders of the job's sync up to date from the old VM, by rsync over ssh, as\n" SYNC_CONFIG
		" says. May be given as often as wanted until cutover, and again\n"
		"after an interruption. The log is " INSTALLED_LOG ".\n"
		"  --dry-run     tell what would change; change nothing, report nothing\n"
		"  --tree PATH   this folder only; may be given again\n"
		"  --force       even after cutover, over what was written here since\n");
}

/* 0: go on; 1: show help; -1: wrong. */
static int parse_options(int argc, char **argv, struct sync *sync, const char **wanted)
{
	static const struct option names[] = {
		{"dry-run", no_argument, NULL, 'n'},
		{"force", no_argument, NULL, 'f'},
		{"tree", required_argument, NULL, 't'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int c;

	sync->wanted.item = wanted;
	while ((c = getopt_long(argc, argv, "h", names, NULL)) != -1) {
		if (c == 'n')
			sync->dry_run = true;
		else if (c == 'f')
			sync->force = true;
		else if (c == 't' && sync->wanted.count < JOB_LIST_MAX)
			wanted[sync->wanted.count++] = optarg;
		else
			return c == 'h' ? 1 : -1;
	}
	return optind < argc ? -1 : 0;
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
	const char *wanted[JOB_LIST_MAX];
	struct sync sync = {.out = stdout};
	struct err err = ERR_INIT;
	int asked = parse_options(argc, argv, &sync, wanted);

	if (asked) {
		usage(asked > 0 ? stdout : stderr);
		return asked > 0 ? 0 : err_exit_status(ERR_USAGE);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (command_on_installed("sync", &err) || catch_signals(&err))
		return command_fail("sync", &err);
	sync.stop = stop[0];
	return sync_run(&sync, &err) ? command_fail("sync", &err) : 0;
}
