/*
 * `newroot run`: the life of the agent in the in-memory system, from boot parameters to reboot. What is
 * done to the machine stands in steps/steps.c, in order; step_NAME there is steps/NAME.c.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "again.h"
#include "base/log.h"
#include "command.h"
#include "console.h"
#include "lock.h"
#include "programme.h"
#include "service/report.h"
#include "service/service.h"
#include "steps/finish.h"

#define PARAMS_FILE     "/run/newroot/params" /* the initrd's rc wrote it */
#define LOG_FILE        "/run/newroot/log"
#define FINAL_REPORT_S  0 /* the final report is retried until it is taken */
#define FAILED_REPORT_S 0

struct run {
	struct arena arena;
	struct params params;
	struct service *service;
	struct context ctx;
};

static const char usage[] =
	"usage: newroot run [--console DEV]… [--params FILE]\n"
	"Runs this machine's job, as the boot parameters say (newroot.mode=, docs/boot.md).\n"
	"Works only in the in-memory system that PXE booted. It ERASES the disks the job names.\n"
	"After a failed installation it waits until the service has it begin anew.\n";

/* The file with the boot parameters; NULL: end with `status`. */
static const char *parse(int argc, char **argv, int *status)
{
	struct option_list consoles = {0};
	const char *params = PARAMS_FILE;
	const struct option_row options[] = {
		{"console", OPTION_LIST, &consoles, "DEV",
		 "show progress on DEV (repeatable; default: standard output)"},
		{"params", OPTION_TEXT, &params, "FILE",
		 "boot parameters (default: " PARAMS_FILE ")"},
		{0},
	};
	const struct command_form form = {.name = "run", .usage = usage, .options = options};

	if (!command_options(&form, argc, argv, NULL, status))
		return NULL;
	for (size_t i = 0; i < consoles.count; i++)
		console_add(consoles.item[i]);
	if (!consoles.count)
		console_add(NULL);
	return params;
}

static int meet_service(struct run *run, struct err *err)
{
	struct service_config config = {
		.url = run->params.url,
		.ca_file = SITE_CA,
		.pin = run->params.pin,
		.token = run->params.token,
		.mac = run->params.mac ? run->params.mac : "",
	};

	if (access(SITE_CA, R_OK))
		return err_sys(err, ERR_MACHINE_SITE, SITE_CA,
			       "the site image is missing or holds no CA certificate");
	if (!config.url)
		return err_set(err, ERR_MACHINE_BOOT_PARAM, "newroot.url",
			       "no newroot.url= on the kernel command line or in the site image");
	if (!config.mac[0] && run->ctx.machine.nic_count > 0)
		config.mac = run->ctx.machine.nics[0].mac;
	if (service_new(&run->service, &config, err))
		return -1;
	run->ctx.service = run->service;
	if (report_start(run->service, REPORT_SPOOL, REPORT_NEW_BOOT, err))
		return -1;
	run->ctx.boot = report_boot();
	return 0;
}

static int prepare(struct run *run, const char *params_file, struct err *err)
{
	run->ctx = (struct context){
		.params = &run->params,
		.arena = &run->arena,
		.watch = &programme_watch,
		.note = programme_note,
	};
	if (machine_in_memory("run", err) || lock_take(LOCK_AGENT, err) ||
	    params_read(&run->params, params_file, &run->arena, err) ||
	    (run->params.mode == MODE_INSTALL && lock_take(LOCK_DISKS, err)) ||
	    machine_probe(&run->ctx.machine, "/sys", &run->arena, err))
		return -1;
	return meet_service(run, err);
}

/* Which steps a mode runs; plan, rescue and wait write nothing to any disk. */
static struct range mode_range(enum run_mode mode)
{
	switch (mode) {
	case MODE_INSTALL:
		return (struct range){&step_contact, &step_finish};
	case MODE_PLAN:
		return (struct range){&step_contact, &step_plan};
	case MODE_RESCUE:
	case MODE_WAIT:
		break;
	}
	return (struct range){&step_contact, &step_contact};
}

static const char *mode_state(enum run_mode mode)
{
	switch (mode) {
	case MODE_INSTALL:
		return "configuring";
	case MODE_PLAN:
		return "planning";
	case MODE_RESCUE:
		return "rescue";
	case MODE_WAIT:
		break;
	}
	return "waiting";
}

static int stay(const struct run *run)
{
	programme_note(
		"mode %s: nothing more is done; log in by ssh or on tty2, `newroot rescue mount` shows an installed system",
		run_mode_name(run->params.mode));
	return report_stop(FINAL_REPORT_S);
}

static int leave(struct run *run, struct err *err)
{
	enum finish_action action = run->ctx.job->finish;

	programme_note("installed; next: %s", finish_action_name(action));
	report_state("installed");
	report_stop(FINAL_REPORT_S);
	return finish_machine(action, err);
}

/* Nothing but a person's look helps: the machine stays up, the agent doesn't. */
static int give_up(const struct err *err)
{
	programme_note("the machine stays up: log in by ssh; the log is " LOG_FILE);
	report_stop(FAILED_REPORT_S);
	return err_exit_status(err->code);
}

/* An installation that failed, or that is to begin anew. Returns only when that can't be. */
static int begin_anew(bool failed, int argc, char **argv)
{
	struct err err = ERR_INIT;

	if (failed) {
		programme_note(
			"the machine stays up, waiting: `newroot-server retry NAME` on the service starts it again; "
			"meanwhile log in by ssh; the log is " LOG_FILE);
		again_wait();
	}
	again_begin(argc, argv, &err);
	console_error("again", &err);
	log_line("cannot begin anew: [%s] %s: %s", err_name(err.code), err.where, err.msg);
	return err_exit_status(err.code);
}

int cmd_run(int argc, char **argv)
{
	struct run run = {0};
	struct err err = ERR_INIT;
	int ret, status = 0;
	bool failed;
	const char *params_file = parse(argc, argv, &status);

	if (!params_file)
		return status;
	log_open(LOG_FILE, false);
	if (prepare(&run, params_file, &err)) {
		console_error("prepare", &err);
		log_line("cannot start: [%s] %s: %s", err_name(err.code), err.where, err.msg);
		return err_exit_status(err.code);
	}
	report_state(mode_state(run.params.mode));
	ret = programme_run(&run.ctx, mode_range(run.params.mode), false, &err);
	failed = ret && err.code != ERR_SERVICE_AGAIN;
	if (failed)
		report_state("error");
	if (failed && run.params.mode != MODE_INSTALL)
		return give_up(&err);
	if (ret || report_again())
		return begin_anew(failed, argc, argv);
	if (run.params.mode != MODE_INSTALL)
		return stay(&run) ? 1 : 0;
	if (leave(&run, &err)) {
		console_error("finish", &err);
		return err_exit_status(err.code);
	}
	return 0;
}
