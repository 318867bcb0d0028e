/*
 * `newroot report-death`: speaks for an agent that can't any more. Delivers what its reporter had left
 * in the spool, then how it ended.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/kmsg.h"
#include "base/limits.h"
#include "base/log.h"
#include "command.h"
#include "machine/machine.h"
#include "machine/params.h"
#include "service/report.h"
#include "service/service.h"

#define PARAMS_FILE "/run/newroot/params"
#define LOG_FILE    "/run/newroot/log"

struct options {
	int status;
	const char *params, *spool, *log, *ca;
	unsigned limit_s;
};

/* The last lines of the log: a ring. */
struct tail {
	char text[CHILD_TAIL_LINES][CHILD_TAIL_LINE_MAX];
	const char *line[CHILD_TAIL_LINES];
	size_t count;
};

static const char usage[] =
	"usage: newroot report-death --status N [--limit S] [--params FILE]\n"
	"                            [--spool FILE] [--log FILE] [--ca FILE]\n"
	"Tells the service that the agent ended with status N, as the shell's $? has it\n"
	"(128 + the signal when it was killed), and delivers what it had not delivered.\n";

static int read_numbers(const char *status, const char *limit, struct options *o, struct err *err)
{
	long number = 0, limit_s = 0;

	if (!status)
		return err_set(err, ERR_USAGE, NULL, "--status is required");
	if (options_number("status", status, 0, 255, &number, err) ||
	    options_number("limit", limit, 0, 86400, &limit_s, err))
		return -1;
	o->status = (int)number;
	o->limit_s = (unsigned)limit_s;
	return 0;
}

static bool parse(int argc, char **argv, struct options *o, int *status)
{
	const char *ended = NULL, *limit = NULL;
	const struct option_row options[] = {
		{"status", OPTION_TEXT, &ended, "N", "how the agent ended"},
		{"limit", OPTION_TEXT, &limit, "S", "give up after S seconds (default: never)"},
		{"params", OPTION_TEXT, &o->params, "FILE",
		 "boot parameters (default: " PARAMS_FILE ")"},
		{"spool", OPTION_TEXT, &o->spool, "FILE",
		 "undelivered events (default: " REPORT_SPOOL ")"},
		{"log", OPTION_TEXT, &o->log, "FILE", "the agent's log (default: " LOG_FILE ")"},
		{"ca", OPTION_TEXT, &o->ca, "FILE", "trust anchor (default: " SITE_CA ")"},
		{0},
	};
	const struct command_form form = {
		.name = "report-death", .usage = usage, .options = options};
	struct err err = ERR_INIT;

	*o = (struct options){-1, PARAMS_FILE, REPORT_SPOOL, LOG_FILE, SITE_CA, 0};
	if (!command_options(&form, argc, argv, NULL, status))
		return false;
	if (read_numbers(ended, limit, o, &err) == 0)
		return true;
	if (err.where[0])
		err_prefix(&err, "--%s", err.where);
	*status = command_wrong(&form, err.msg);
	return false;
}

static void read_tail(struct tail *tail, const char *path)
{
	FILE *f = fopen(path, "re");
	size_t total = 0;

	while (f && fgets(tail->text[total % CHILD_TAIL_LINES], CHILD_TAIL_LINE_MAX, f)) {
		char *line = tail->text[total++ % CHILD_TAIL_LINES];

		line[strcspn(line, "\n")] = '\0';
	}
	if (f)
		fclose(f);
	tail->count = total < CHILD_TAIL_LINES ? total : CHILD_TAIL_LINES;
	for (size_t i = 0; i < tail->count; i++)
		tail->line[i] = tail->text[(total - tail->count + i) % CHILD_TAIL_LINES];
}

static int meet_service(struct service **service, const struct options *o, struct arena *arena,
			struct err *err)
{
	struct machine machine = {0};
	struct params params = {0};
	struct service_config config = {.ca_file = o->ca};

	if (params_read(&params, o->params, arena, err) ||
	    machine_probe(&machine, "/sys", arena, err))
		return -1;
	config.url = params.url;
	config.token = params.token;
	config.pin = params.pin;
	config.mac = params.mac ? params.mac : machine.nic_count ? machine.nics[0].mac : NULL;
	if (!config.url)
		return err_set(err, ERR_MACHINE_BOOT_PARAM, "newroot.url", "no newroot.url= in %s",
			       o->params);
	return service_new(service, &config, err);
}

/* Killed: an error of its own. Otherwise the agent has told its error itself, if it could. */
static void tell(const struct options *o)
{
	const char *const *kernel;
	struct tail tail = {.count = 0};
	struct err death = ERR_INIT;
	char note[CHILD_TAIL_LINE_MAX + 80];
	size_t kernel_count = kmsg_tail("", &kernel);

	read_tail(&tail, o->log);
	if (o->status <= 128) {
		snprintf(note, sizeof(note), "the agent ended with status %d; its last words: %s",
			 o->status, tail.count ? tail.line[tail.count - 1] : "none");
		report_note(note);
		return;
	}
	err_set(&death, ERR_AGENT_DIED, "newroot", "the agent was killed by signal %d (%s)",
		o->status - 128, strsignal(o->status - 128));
	report_error(NULL, &death, tail.line, tail.count, kernel, kernel_count);
	report_state("error");
}

int cmd_report_death(int argc, char **argv)
{
	struct arena arena = {0};
	struct service *service = NULL;
	struct err err = ERR_INIT;
	struct options o;
	int status;

	if (!parse(argc, argv, &o, &status))
		return status;
	log_open(o.log, false);
	if (meet_service(&service, &o, &arena, &err) ||
	    report_start(service, o.spool, REPORT_LAST_BOOT, &err)) {
		status = command_fail("report-death", &err);
	} else {
		tell(&o);
		if (report_stop(o.limit_s))
			status = err_exit_status(ERR_NET_TIMEOUT);
	}
	service_free(service);
	arena_free(&arena);
	return status;
}
