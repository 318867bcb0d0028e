/* `newroot grow`: a volume of the running installed system becomes larger, in use. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/lvm.h"
#include "base/random.h"
#include "command.h"
#include "grow/grow.h"
#include "installed/environment.h"
#include "installed/first_boot_config.h"
#include "installed/installed.h"
#include "installed/installed_report.h"
#include "lock.h"
#include "service/report.h"

#define STEP  "grow"
#define SPOOL INSTALLED_STATE "/grow.events"

struct request {
	struct grow_wish wish;
	bool dry_run;
};

static const char usage[] =
	"usage: newroot grow [--dry-run] [--vg NAME] VOLUME SIZE|+SIZE\n"
	"Makes a volume of this installed system larger, and the filesystem or swap on it, while\n"
	"it is used: \"20GiB\" is how large it becomes, \"+5GiB\" how much larger. xfs, ext2, ext3,\n"
	"ext4 and swap. Given again after an interruption it goes on to the same size.\n";

static bool parse(int argc, char **argv, struct request *request, int *status)
{
	const struct option_row options[] = {
		{"dry-run", OPTION_FLAG, &request->dry_run, NULL,
		 "tell sizes before and after; change nothing"},
		{"vg", OPTION_TEXT, &request->wish.vg, "NAME",
		 "name or UUID of its VG (default: local, or the only one)"},
		{0},
	};
	const struct command_form form = {
		.name = "grow",
		.usage = usage,
		.options = options,
		.operands = "VOLUME SIZE",
		.operands_min = 2,
		.operands_max = 2,
	};
	size_t count;

	if (!command_options(&form, argc, argv, &count, status))
		return false;
	request->wish.volume = argv[1];
	request->wish.size = argv[2];
	return true;
}

static const int held_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define HELD_SIGNALS (sizeof(held_signals) / sizeof(*held_signals))

/* A lost terminal ends nothing that is half done. */
static int ignore_signals(struct err *err)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};

	for (size_t i = 0; i < HELD_SIGNALS; i++)
		if (sigaction(held_signals[i], &ignore, NULL))
			return err_sys(err, ERR_IO, NULL, "cannot ignore signals");
	return sigaction(SIGPIPE, &ignore, NULL)
		       ? err_sys(err, ERR_IO, NULL, "cannot ignore signals")
		       : 0;
}

/*
 * LVM keeps a volume still while it changes the kernel's table of it, and whoever ended its process then would leave it so. Children take
 * some signals again, but inherit what is blocked.
 */
static int grow_undisturbed(const struct grow_plan *plan, struct arena *arena, struct err *err)
{
	sigset_t held, before;
	int ret;

	sigemptyset(&held);
	for (size_t i = 0; i < HELD_SIGNALS; i++)
		sigaddset(&held, held_signals[i]);
	if (sigprocmask(SIG_BLOCK, &held, &before))
		return err_sys(err, ERR_GROW, NULL, "cannot hold signals back");
	ret = grow_do(plan, arena, err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ret;
}

static void note(const char *text)
{
	log_line("%s", text);
	report_note(text);
}

/* Only until cutover does the VM report; that the service is away is no reason not to grow. */
static struct service *open_report(void)
{
	struct err err = ERR_INIT;
	struct service *service;

	if (access(MIGRATING_MARKER, F_OK))
		return NULL;
	service = installed_report_open(FIRST_BOOT_CONFIG, SPOOL, &err);
	if (!service)
		fprintf(stderr, "note: the service gets no report: %s: %s\n", err.where, err.msg);
	return service;
}

static void close_report(struct service *service)
{
	if (!installed_report_close(service, SPOOL, GROW_REPORT_S))
		fprintf(stderr,
			"note: the service did not take the report within %d s; it waits in " SPOOL
			", and the next `newroot grow` delivers it\n",
			GROW_REPORT_S);
}

/* A growth that fails is no error of the VM, which goes on with what it has. */
static int do_and_report(const struct grow_plan *plan, struct arena *arena, struct err *err)
{
	const int64_t began = clock_ms();
	struct service *service;
	int ret;

	log_open(INSTALLED_LOG, false);
	log_bound();
	service = open_report();
	report_begin(STEP);
	ret = grow_undisturbed(plan, arena, err);
	note(ret ? arena_printf(arena, "%s was not grown [%s] %s", plan->volume.path,
				err_name(err->code), err->msg)
		 : grow_summary(plan, arena));
	report_end(STEP, ret == 0, (uint64_t)(clock_ms() - began),
		   plan->contents.after - plan->contents.bytes);
	if (ret == 0)
		puts("Done.");
	fflush(stdout);
	close_report(service);
	log_open(NULL, false);
	return ret;
}

static int run(const struct request *request, struct arena *arena, struct err *err)
{
	struct grow_plan plan;

	if (grow_look(&plan, &request->wish, arena, err))
		return -1;
	grow_tell(&plan, stdout);
	if (request->dry_run || grow_is_done(&plan)) {
		puts(request->dry_run ? "Nothing was changed." : "There is nothing to do.");
		return 0;
	}
	fflush(stdout);
	return do_and_report(&plan, arena, err);
}

int cmd_grow(int argc, char **argv)
{
	struct request request = {0};
	struct arena arena = {0};
	struct err err = ERR_INIT;
	int status, ret;

	if (!parse(argc, argv, &request, &status))
		return status;
	random_seed_at(INSTALLED_SEED);
	if (command_on_installed("grow", &err) || installed_environment(&err) ||
	    ignore_signals(&err) || lvm_prepare(&err) || lock_take(LOCK_DISKS, &err))
		return command_fail("grow", &err);
	ret = run(&request, &arena, &err);
	arena_free(&arena);
	return ret ? command_fail("grow", &err) : 0;
}
