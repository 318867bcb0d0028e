#include "cutover/cutover.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "cutover/parts.h"
#include "installed/first_boot_config.h"
#include "installed/installed.h"
#include "installed/installed_report.h"
#include "service/report.h"

#define SPOOL           INSTALLED_STATE "/cutover.events"
#define FIRST_BOOT_DONE INSTALLED_STATE "/first-boot.done"

struct action {
	const char *name;
	int (*run)(struct cutover_work *work, struct err *err);
	int (*undo)(struct cutover_work *work, struct err *err);
};

/*
 * What a cutover consists of, in order; undone from the last to the first. A database that may not be promoted yet keeps
 * all else as it is. The marker goes before services start, for puppet and others look at it.
 */
static const struct action actions[] = {
	{"database", cutover_database_promote, cutover_database_forget},
	{"quarantine", cutover_quarantine_lift, cutover_quarantine_load},
	{"links", cutover_links_restore, cutover_links_disable},
	{"marker", cutover_marker_remove, cutover_marker_restore},
	{"services", cutover_services_start, cutover_services_stop},
	{"puppet", cutover_puppet_run, cutover_puppet_forget},
};
#define ACTIONS (sizeof(actions) / sizeof(*actions))

void cutover_line(struct cutover_work *work, const char *indent, const char *line)
{
	fprintf(work->options->out, "%s%s\n", indent, line);
	log_line("%s", line);
}

static const char *format(struct cutover_work *work, const char *fmt, va_list ap)
{
	char line[2048]; /* names, two paths */

	vsnprintf(line, sizeof(line), fmt, ap);
	log_clean(line, strlen(line));
	return arena_strdup(&work->arena, line);
}

bool cutover_op(struct cutover_work *work, const char *fmt, ...)
{
	va_list ap;

	if (!work->ops++ && !work->options->dry_run)
		report_begin(work->step);
	va_start(ap, fmt);
	cutover_line(work, "    ", format(work, fmt, ap));
	va_end(ap);
	return !work->options->dry_run;
}

void cutover_note(struct cutover_work *work, const char *fmt, ...)
{
	const char *line;
	va_list ap;

	va_start(ap, fmt);
	line = format(work, fmt, ap);
	va_end(ap);
	cutover_line(work, "    note: ", line);
	report_note(line);
}

static int run_action(struct cutover_work *work, const struct action *action, struct err *err)
{
	const bool undo = work->options->undo;
	const int64_t began = clock_ms();
	int ret;

	work->step = arena_printf(&work->arena, "cutover %s%s", undo ? "undo " : "", action->name);
	work->ops = 0;
	fprintf(work->options->out, "  %s\n", action->name);
	ret = (undo ? action->undo : action->run)(work, err);
	if (work->ops && !work->options->dry_run)
		report_end(work->step, ret == 0, (uint64_t)(clock_ms() - began), 0);
	if (!work->ops && ret == 0)
		cutover_line(work, "    ", "nothing to do");
	return ret;
}

static const struct action *nth(const struct cutover_work *work, size_t i)
{
	return &actions[work->options->undo ? ACTIONS - 1 - i : i];
}

/* "not done: links, marker" */
static void tell_rest(struct cutover_work *work, const char *what, size_t from, size_t to)
{
	struct text text = {.arena = &work->arena};

	for (size_t i = from; i < to; i++)
		text_printf(&text, "%s %s", i > from ? "," : "", nth(work, i)->name);
	cutover_note(work, "%s:%s", what, text.size ? text.data : " nothing");
}

static int run_actions(struct cutover_work *work, struct err *err)
{
	for (size_t i = 0; i < ACTIONS; i++) {
		if (run_action(work, nth(work, i), err) == 0)
			continue;
		tell_rest(work, "done before", 0, i);
		tell_rest(work, "not done", i + 1, ACTIONS);
		return err_prefix(err, "%s", work->step);
	}
	return 0;
}

static struct service *open_report(struct cutover_work *work)
{
	struct err err = ERR_INIT;
	struct service *service = installed_report_open(cutover_path(work, FIRST_BOOT_CONFIG),
							cutover_path(work, SPOOL), &err);

	if (!service)
		cutover_note(work, "the service gets no report: %s: %s", err.where, err.msg);
	return service;
}

/* A failure makes the VM's state `error`, from which either of the others comes back. */
static void report_outcome(struct cutover_work *work, const struct err *failed)
{
	if (failed) {
		log_line("failed [%s] %s: %s", err_name(failed->code), failed->where, failed->msg);
		report_error(work->step, failed, work->words, work->word_count, NULL, 0);
		report_state("error");
		return;
	}
	report_note(work->options->undo ? "the cutover is undone on this VM"
					: "this VM is cut over on its own side");
	if (cutover_exists(work, FIRST_BOOT_DONE))
		report_state(work->options->undo ? "complete" : "cut over");
}

static void close_report(struct cutover_work *work, struct service *service)
{
	if (!installed_report_close(service, cutover_path(work, SPOOL), work->options->report_s))
		cutover_note(work,
			     "the service did not take the report within %u s; it waits in " SPOOL
			     ", and the next `newroot cutover` delivers it",
			     work->options->report_s);
}

static int read_record(struct cutover_work *work, struct err *err)
{
	const char *text;

	if (cutover_read(work, SERVICE_RECORDS, &text, err) || cutover_state_read(work, err))
		return -1;
	if (service_records_parse(&work->records, text, &work->arena, err)) {
		err->code = ERR_CUTOVER;
		return -1;
	}
	return 0;
}

static bool lacks_first_boot(struct cutover_work *work)
{
	return !work->options->undo && cutover_exists(work, FIRST_BOOT_CONFIG) &&
	       !cutover_exists(work, FIRST_BOOT_DONE);
}

/* Its dumps may be half loaded: customers would write beside them. */
static int check_first_boot(struct cutover_work *work, struct err *err)
{
	if (work->options->force || work->options->dry_run || !lacks_first_boot(work))
		return 0;
	return err_set(
		err, ERR_CUTOVER_FIRST_BOOT, FIRST_BOOT_DONE,
		"refused: this VM's first boot has failed or is not over (there is no " FIRST_BOOT_DONE
		"). `newroot-server show NAME` says what it lacks; mend that, then give `newroot-server "
		"retry NAME`, or `newroot first-boot` here. --force cuts it over all the same");
}

static void warn_of_first_boot(struct cutover_work *work)
{
	if (lacks_first_boot(work))
		cutover_note(work, "this VM's first boot is not over: there is no %s%s",
			     FIRST_BOOT_DONE,
			     work->options->force ? "" : "; without --force this is refused");
}

static int run_and_report(struct cutover_work *work, struct err *err)
{
	struct service *service;
	int ret;

	log_open(cutover_path(work, INSTALLED_LOG), false);
	log_bound();
	service = open_report(work);
	warn_of_first_boot(work);
	ret = run_actions(work, err);
	report_outcome(work, ret ? err : NULL);
	close_report(work, service);
	log_open(NULL, false);
	return ret;
}

static int run_dry(struct cutover_work *work, struct err *err)
{
	warn_of_first_boot(work);
	if (run_actions(work, err))
		return -1;
	fprintf(work->options->out, "Nothing was changed.\n");
	return 0;
}

int cutover_run(const struct cutover *options, struct err *err)
{
	struct cutover_work work = {.options = options};
	/* Two at once would start services twice. */
	int fd = installed_lock(cutover_path(&work, INSTALLED_STATE), ERR_CUTOVER, err);
	int ret = fd < 0 ? -1 : read_record(&work, err);

	random_seed_at(cutover_path(&work, INSTALLED_SEED));
	if (ret == 0)
		ret = check_first_boot(&work, err);
	if (ret == 0) {
		fprintf(options->out, "%s%s, %s:\n",
			options->dry_run ? "What would be done for " : "",
			options->undo ? "undo of the cutover" : "cutover",
			cutover_init(&work)->name);
		ret = options->dry_run ? run_dry(&work, err) : run_and_report(&work, err);
	}
	if (fd >= 0)
		close(fd);
	arena_free(&work.arena);
	return ret;
}
