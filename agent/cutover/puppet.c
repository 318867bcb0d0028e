/* Puppet's first run without the marker: by its agent, or of the manifest that is here when no server is named. */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cutover/parts.h"
#include "installed/installed.h"
#include "job/job.h"
#include "os/puppet_files.h"

#define WAS_RUN "puppet was run" /* in the state */

/* What it says in every version when another run has the lock. */
#define BUSY "already in progress"

/* puppet-agent(8), --detailed-exitcodes: something was changed, and nothing failed. */
#define CHANGED 2

struct run {
	const char *argv[9];
};

static int has_server(struct cutover_work *work, bool *has, struct err *err)
{
	const char *text;

	for (size_t i = 0; puppet_configs[i]; i++) {
		if (cutover_read(work, puppet_configs[i], &text, err))
			return -1;
		*has |= puppet_names_server(text);
	}
	return 0;
}

static const char *own_manifest(struct cutover_work *work)
{
	for (size_t i = 0; puppet_manifests[i]; i++)
		if (cutover_exists(work, puppet_manifests[i]))
			return cutover_path(work, puppet_manifests[i]);
	return NULL;
}

/* Before 2.6 the agent was puppetd, and `puppet agent` would have been a manifest called "agent". */
static void choose(struct cutover_work *work, struct run *run, const char *manifest)
{
	const char *puppet = cutover_program(work, "puppet");
	const char *puppetd = cutover_program(work, "puppetd");

	if (manifest && puppet && !puppetd)
		*run = (struct run){{puppet, "apply", "--verbose", "--color=false",
				     "--detailed-exitcodes", manifest, NULL}};
	else if (puppetd)
		*run = (struct run){{puppetd, "--onetime", "--no-daemonize", "--verbose",
				     "--color=false", "--no-usecacheonfailure", NULL}};
	else
		*run = (struct run){{puppet, "agent", "--onetime", "--no-daemonize", "--verbose",
				     "--color=false", "--no-usecacheonfailure",
				     "--detailed-exitcodes", NULL}};
}

static bool was_busy(const struct cutover_work *work)
{
	for (size_t i = 0; i < work->word_count; i++)
		if (strstr(work->words[i], BUSY))
			return true;
	return false;
}

/* Its service was just started, maybe, and runs at once. */
static int run_puppet(struct cutover_work *work, const struct run *run, struct err *err)
{
	const int64_t deadline = clock_ms() + (int64_t)work->options->puppet_s * 1000;
	int status;

	while ((status = cutover_command(work, run->argv, work->options->puppet_s, err)) >= 0 &&
	       was_busy(work)) {
		if (clock_ms() >= deadline)
			return err_set(err, ERR_CUTOVER, run->argv[0],
				       "another run of puppet did not end within %u s",
				       work->options->puppet_s);
		sleep(CUTOVER_PUPPET_PAUSE_S);
	}
	if (status < 0)
		return -1;
	if (status == 0 || status == CHANGED)
		return cutover_state_add(work, WAS_RUN, err);
	return err_set(
		err, ERR_CUTOVER, run->argv[0],
		"puppet's run failed, or some of what it should change, with exit status %d: %s",
		status, work->word_count ? work->words[work->word_count - 1] : "no word");
}

static int read_job(struct cutover_work *work, struct job *job, struct err *err)
{
	struct err_list errors = {0};
	int ret = job_read(job, cutover_path(work, INSTALLED_JOB), &work->arena, &errors);

	if (ret)
		err_set(err, ERR_CUTOVER, INSTALLED_JOB,
			"whether puppet is to run is not known: %s: %s",
			errors.count ? errors.item[0].where : "",
			errors.count ? errors.item[0].msg : "the job cannot be read");
	err_list_free(&errors);
	return ret;
}

int cutover_puppet_run(struct cutover_work *work, struct err *err)
{
	struct job job = {0};
	struct run run;
	bool server;

	if (!cutover_exists(work, INSTALLED_JOB) || cutover_state_has(work, WAS_RUN))
		return 0;
	if (read_job(work, &job, err))
		return -1;
	server = job.puppet.server;
	if (!job.puppet.given)
		return 0;
	if (has_server(work, &server, err))
		return -1;
	choose(work, &run, server ? NULL : own_manifest(work));
	if (!run.argv[0]) {
		cutover_note(work, "the job has puppet, but this system has no such program");
		return 0;
	}
	if (!cutover_op(work, "run %s %s once", run.argv[0], run.argv[1]))
		return 0;
	return run_puppet(work, &run, err);
}

int cutover_puppet_forget(struct cutover_work *work, struct err *err)
{
	if (!cutover_state_has(work, WAS_RUN) ||
	    !cutover_op(work, "forget that puppet was run; what it changed stays"))
		return 0;
	return cutover_state_remove(work, WAS_RUN, err);
}
