/* `newroot plan`: what a job would do to this machine's disks, to the byte; writes nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "command.h"
#include "job/job.h"
#include "machine/machine.h"
#include "machine/params.h"
#include "plan/plan.h"
#include "service/service.h"
#include "steps/archive_facts.h"

#define PARAMS_FILE "/run/newroot/params"
#define COMMAND     "plan"

struct options {
	const char *job, *sysfs, *ca;
};

static const char usage[] = "usage: newroot plan [--job FILE] [--sysfs DIR] [--ca FILE]\n"
			    "Shows what a job would do to this machine's disks; writes nothing.\n";

static bool parse(int argc, char **argv, struct options *o, int *status)
{
	const struct option_row options[] = {
		{"job", OPTION_TEXT, &o->job, "FILE",
		 "the job (default: this machine's, from the service)"},
		{"sysfs", OPTION_TEXT, &o->sysfs, "DIR",
		 "take the disks from this folder instead of /sys"},
		{"ca", OPTION_TEXT, &o->ca, "FILE",
		 "trust anchor for the service (default: " SITE_CA ")"},
		{0},
	};
	const struct command_form form = {.name = COMMAND, .usage = usage, .options = options};

	*o = (struct options){.sysfs = "/sys", .ca = SITE_CA};
	return command_options(&form, argc, argv, NULL, status);
}

static const char *own_mac(const struct params *params, const struct machine *machine)
{
	if (params->mac)
		return params->mac;
	return machine->nic_count ? machine->nics[0].mac : "";
}

/* The job as the service gives it; `*service` and `*text` are the caller's to free. */
static int ask_service(const struct options *o, const struct machine *machine,
		       struct service **service, char **text, size_t *size, struct arena *arena,
		       struct err *err)
{
	struct params params;
	struct hello hello;

	if (access(PARAMS_FILE, F_OK) < 0)
		return err_set(
			err, ERR_USAGE, PARAMS_FILE,
			"no boot parameters here to find the service by; give the job with --job FILE");
	if (params_read(&params, PARAMS_FILE, arena, err) < 0)
		return -1;
	if (!params.url)
		return err_set(err, ERR_MACHINE_BOOT_PARAM, "newroot.url",
			       "the boot parameters name no service; give the job with --job FILE");
	if (service_new(service,
			&(struct service_config){.url = params.url,
						 .ca_file = o->ca,
						 .pin = params.pin,
						 .token = params.token,
						 .mac = own_mac(&params, machine)},
			err) < 0 ||
	    service_hello(*service, false, &hello, err) < 0)
		return -1;
	return service_job(*service, NULL, true, text, size, err);
}

/* `*service` stays NULL when the job is a file. */
static int load_job(const struct options *o, const struct machine *machine,
		    struct service **service, struct job *job, struct arena *arena,
		    struct err_list *errors)
{
	struct err err = ERR_INIT;
	char *text = NULL;
	size_t size = 0;
	int ret;

	if (o->job)
		return job_read(job, o->job, arena, errors);
	if (ask_service(o, machine, service, &text, &size, arena, &err) < 0) {
		err_list_add(errors, &err);
		return -1;
	}
	ret = job_parse(job, text, size, arena, errors);
	free(text);
	return ret;
}

/* Shown even if the disks are refused: it helps to see which they are. */
static void show(const struct plan *plan, struct err_list *errors)
{
	struct err err = ERR_INIT;

	if (plan_print(plan, stdout) < 0) {
		err_sys(&err, ERR_IO, "standard output", "cannot write the plan");
		err_list_add(errors, &err);
	}
	plan_check_disks(plan, errors);
}

int cmd_plan(int argc, char **argv)
{
	struct arena arena = {0};
	struct err_list errors = {0};
	struct err err = ERR_INIT;
	struct service *service = NULL;
	struct machine machine;
	struct options o;
	struct plan plan;
	struct job job;
	int status;

	if (!parse(argc, argv, &o, &status))
		return status;
	if (machine_probe(&machine, o.sysfs, &arena, &err) < 0)
		err_list_add(&errors, &err);
	else if (load_job(&o, &machine, &service, &job, &arena, &errors) == 0 &&
		 plan_make(&plan, &job, &machine, &arena, &errors) == 0) {
		plan.kernels = archive_facts_kernels(service, &job, &arena);
		show(&plan, &errors);
	}
	service_free(service);
	status = errors.count ? command_fail_list(COMMAND, &errors) : 0;
	err_list_free(&errors);
	arena_free(&arena);
	return status;
}
