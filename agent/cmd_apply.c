/* `newroot apply`: run steps of a job by hand: all of them, from one on, or a single one. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "command.h"
#include "console.h"
#include "installed/installed.h"
#include "lock.h"
#include "programme.h"
#include "service/service.h"
#include "steps/chosen.h"
#include "steps/source.h"

#define MOUNTED_JOB NEWROOT_MOUNT INSTALLED_JOB
#define PARAMS_FILE "/run/newroot/params"

struct options {
	const char *job; /* NULL: not given */
	const char *ca, *from, *only;
	struct option_list volumes;
	bool yes;
};

static const char usage[] =
	"usage: newroot apply [--job FILE] [--from STEP | --only STEP] [--ca FILE] [--yes]\n"
	"       newroot apply --only unpack --volume NAME… [--job FILE] [--ca FILE] [--yes]\n"
	"Runs steps of a job on this machine; earlier steps are taken as done. Works only in\n"
	"the in-memory system. What erases disks is checked first, as an installation is.\n";

static void print_steps(FILE *out)
{
	fputs("steps:\n", out);
	for (size_t i = 0; steps[i]; i++)
		fprintf(out, "  %-10s %s\n", steps[i]->name, steps[i]->summary);
}

/* What is wrong with the words together; NULL: nothing. */
static const char *wrong_with(const struct options *o)
{
	if (o->volumes.count && (!o->only || strcmp(o->only, step_unpack.name) != 0))
		return "--volume goes with --only unpack alone";
	return o->from && o->only ? "--from and --only exclude each other" : NULL;
}

static bool parse(int argc, char **argv, struct options *o, int *status)
{
	const struct option_row options[] = {
		{"job", OPTION_TEXT, &o->job, "FILE",
		 "the job (default: the mounted system's own,\n" MOUNTED_JOB ")"},
		{"from", OPTION_TEXT, &o->from, "STEP", "begin with STEP"},
		{"only", OPTION_TEXT, &o->only, "STEP", "run just STEP"},
		{"ca", OPTION_TEXT, &o->ca, "FILE",
		 "trust anchor for https archives (default: " SITE_CA ")"},
		{"yes", OPTION_FLAG, &o->yes, NULL, "do not ask before steps that erase disks"},
		{"volume", OPTION_LIST, &o->volumes, "NAME",
		 "lay just this volume anew (repeatable): its filesystem is made, its\n"
		 "archives are unpacked, its snapshot is taken again; the others stay as they\n"
		 "are, and nothing may be mounted. The job is the service's current one"},
		{0},
	};
	const struct command_form form = {
		.name = "apply",
		.usage = usage,
		.options = options,
		.print_more = print_steps,
	};
	const char *wrong;

	*o = (struct options){.ca = SITE_CA};
	if (!command_options(&form, argc, argv, NULL, status))
		return false;
	wrong = wrong_with(o);
	if (wrong)
		*status = command_wrong(&form, wrong);
	return !wrong;
}

/* Rows before check come from the job file here; --from and --only name rows after it. */
static int choose_range(const struct options *o, struct range *range, struct err *err)
{
	const char *name = o->only ? o->only : o->from ? o->from : step_check.name;

	range->first = programme_step(name);
	if (!range->first || range->first == &step_contact || range->first == &step_fetch)
		return err_set(err, ERR_USAGE, name,
			       "\"%s\" is not a step that `apply` runs; see `newroot apply --help`",
			       name);
	range->last = o->only ? range->first : &step_finish;
	if (o->volumes.count)
		*range = (struct range){&step_format, &step_finish};
	return 0;
}

static bool contains(struct range range, const struct step *step)
{
	bool inside = false;

	for (size_t i = 0; steps[i]; i++) {
		inside |= steps[i] == range.first;
		if (inside && steps[i] == step)
			return true;
		if (steps[i] == range.last)
			break;
	}
	return false;
}

/* Does the range hold a step that erases what is on the disks? */
static bool erases(struct range range)
{
	return contains(range, &step_wipe) || contains(range, &step_partition) ||
	       contains(range, &step_lvm) || contains(range, &step_format);
}

static int confirm(struct range range, const struct options *o, struct err *err)
{
	char answer[16] = "";

	if (o->yes || !erases(range))
		return 0;
	if (o->volumes.count)
		fputs("This ERASES these volumes of the installed system:", stderr);
	else
		fputs("This ERASES the disks of the job on this machine.", stderr);
	for (size_t i = 0; i < o->volumes.count; i++)
		fprintf(stderr, " %s", o->volumes.item[i]);
	fputs(o->volumes.count ? ". Type \"erase\" to go on: " : " Type \"erase\" to go on: ",
	      stderr);
	if (!isatty(STDIN_FILENO) || !fgets(answer, sizeof(answer), stdin) ||
	    strcmp(answer, "erase\n") != 0)
		return err_set(err, ERR_USAGE, NULL,
			       "not confirmed; nothing was done (--yes answers for scripts)");
	return 0;
}

/* An archive that was made again since the installation has another hash: the service's job knows it. */
static int ask_service(struct context *ctx, struct job *job, struct err_list *errors)
{
	struct err err = ERR_INIT;
	struct hello hello;
	char *text = NULL;
	size_t size;
	int ret;

	if (!ctx->service)
		err_set(&err, ERR_USAGE, PARAMS_FILE,
			"no service is known here that has the job: give it with --job FILE");
	else if (service_hello(ctx->service, false, &hello, &err) == 0)
		service_job(ctx->service, NULL, true, &text, &size, &err);
	if (!text) {
		err_list_add(errors, &err);
		return -1;
	}
	ret = job_parse(job, text, size, ctx->arena, errors);
	free(text);
	return ret;
}

static int load_job(struct context *ctx, struct job *job, struct options *o)
{
	struct err_list errors = {0};
	struct err err = ERR_INIT;
	int ret, status = 0;

	if (!o->job && o->volumes.count)
		ret = ask_service(ctx, job, &errors);
	else
		ret = job_read(job, o->job ? o->job : MOUNTED_JOB, ctx->arena, &errors);
	ctx->job = job;
	ctx->volumes = (struct strings){(const char **)o->volumes.item, o->volumes.count};
	if (ret)
		status = command_fail_list("apply", &errors);
	else if (chosen_check(ctx, &err))
		status = command_fail("apply", &err);
	err_list_free(&errors);
	return status;
}

/* Does the range get anything that the service's trust is needed for? */
static bool fetches(const struct job *job, struct range range)
{
	bool unpacks = contains(range, &step_unpack);
	bool found = contains(range, &step_kernel) && job->kernel.given &&
		     source_needs_service(&job->kernel.source);

	for (size_t i = 0; i < job->archive_count && unpacks; i++)
		found |= source_needs_service(&job->archives[i].source);
	for (size_t i = 0; i < job->databases.dump_count && unpacks; i++)
		found |= source_needs_service(&job->databases.dumps[i].source);
	return found;
}

/* Told before anything is erased, not by the step that would unpack. */
static int require_service(const struct context *ctx, struct range range, struct err *err)
{
	if (ctx->service || !fetches(ctx->job, range))
		return 0;
	return err_set(
		err, ERR_USAGE, NULL,
		"archives are fetched over https in this range, and the service is not known here: " PARAMS_FILE
		" with newroot.url=, and the trust anchor (--ca), are needed");
}

/* Nothing is erased unchecked: a range that begins behind `check` and erases is checked first. */
static int run_steps(struct context *ctx, const struct options *o, struct range range,
		     struct err *err)
{
	const struct range check = {&step_check, &step_check};

	if (require_service(ctx, range, err))
		return command_fail("apply", err);
	if (erases(range) && !contains(range, &step_check) && programme_run(ctx, check, true, err))
		return err_exit_status(err->code);
	return programme_run(ctx, range, o->only && !o->volumes.count, err)
		       ? err_exit_status(err->code)
		       : 0;
}

/* Archives need the service's trust; a step that fetches nothing works without. */
static int open_service(struct context *ctx, struct params *params, const char *ca, struct err *err)
{
	struct service_config config = {.ca_file = ca, .mac = ""};

	if (access(PARAMS_FILE, R_OK) || access(ca, R_OK))
		return 0;
	if (params_read(params, PARAMS_FILE, ctx->arena, err))
		return -1;
	config.url = params->url;
	config.token = params->token;
	config.pin = params->pin;
	if (params->mac)
		config.mac = params->mac;
	else if (ctx->machine.nic_count)
		config.mac = ctx->machine.nics[0].mac;
	return config.url ? service_new(&ctx->service, &config, err) : 0;
}

int cmd_apply(int argc, char **argv)
{
	struct arena arena = {0};
	struct params params = {0};
	struct job job = {0};
	struct options o;
	struct range range;
	struct err err = ERR_INIT;
	struct context ctx = {
		.params = &params,
		.arena = &arena,
		.watch = &programme_watch,
		.note = programme_note,
	};
	int status;

	if (!parse(argc, argv, &o, &status))
		return status;
	console_add(NULL);
	if (choose_range(&o, &range, &err) || machine_in_memory("apply", &err) ||
	    lock_take(LOCK_DISKS, &err) || confirm(range, &o, &err) ||
	    machine_probe(&ctx.machine, "/sys", &arena, &err) ||
	    open_service(&ctx, &params, o.ca, &err)) {
		status = command_fail("apply", &err);
		goto out;
	}
	status = load_job(&ctx, &job, &o);
	if (status == 0)
		status = run_steps(&ctx, &o, range, &err);
out:
	service_free(ctx.service);
	arena_free(&arena);
	return status;
}
