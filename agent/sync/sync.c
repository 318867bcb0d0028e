#include "sync/sync.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"
#include "installed/environment.h"
#include "installed/first_boot_config.h"
#include "installed/installed.h"
#include "installed/installed_report.h"
#include "installed/watch.h"
#include "service/report.h"
#include "ssh/ssh.h"
#include "sync/config.h"
#include "sync/parts.h"
#include "sync/rsync.h"
#include "sync/server_data.h"

#define STEP   "sync"
#define SPOOL  INSTALLED_STATE "/sync.events"
#define RULES  "/run/newroot/sync-rules"
#define FOLDER SSH_FOLDER "sync"

static void tell_line(struct sync_work *work, const char *fmt, va_list ap, bool note)
{
	char line[2048]; /* names, two paths */

	vsnprintf(line, sizeof(line), fmt, ap);
	log_clean(line, strlen(line));
	fprintf(work->options->out, "%s%s%s\n",
		isatty(fileno(work->options->out)) ? "\r\033[K" : "", note ? "  note: " : "", line);
	if (work->options->dry_run)
		return;
	log_line("%s", line);
	report_note(line);
}

void sync_tell(struct sync_work *work, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell_line(work, fmt, ap, false);
	va_end(ap);
}

void sync_note(struct sync_work *work, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell_line(work, fmt, ap, true);
	va_end(ap);
}

static bool is_wanted(const struct strings *wanted, const char *path)
{
	return wanted->count == 0 || strings_have(wanted, path);
}

static int check_wanted(struct sync_work *work, struct err *err)
{
	const struct job_sync *sync = &work->config.sync;
	const char *paths = "";

	for (size_t i = 0; i < sync->tree_count; i++)
		paths = arena_printf(&work->arena, "%s%s%s", paths, i ? ", " : "",
				     sync->trees[i].path);
	for (size_t w = 0; w < work->options->wanted.count; w++) {
		const char *wanted = work->options->wanted.item[w];
		size_t i = 0;

		while (i < sync->tree_count && strcmp(sync->trees[i].path, wanted) != 0)
			i++;
		if (i == sync->tree_count)
			return err_set(err, ERR_USAGE, wanted,
				       "%s is no tree of the job's sync; accepted are %s", wanted,
				       paths);
	}
	return 0;
}

/* What was written here since cutover is what customers wrote. */
static int check_marker(const struct sync_work *work, struct err *err)
{
	if (work->options->force || access(MIGRATING_MARKER, F_OK) == 0)
		return 0;
	if (errno != ENOENT)
		return err_sys(err, ERR_SYNC, MIGRATING_MARKER,
			       "cannot look for " MIGRATING_MARKER);
	return err_set(
		err, ERR_SYNC_CUT_OVER, MIGRATING_MARKER,
		"refused: this VM is cut over (there is no " MIGRATING_MARKER
		"), and a pass would put the old VM's data over what was written here since; --force does it all the same");
}

static struct service *open_report(struct sync_work *work)
{
	struct err err = ERR_INIT;
	struct service *service = installed_report_open(FIRST_BOOT_CONFIG, SPOOL, &err);

	if (!service)
		sync_note(work, "the service gets no report: %s: %s", err.where, err.msg);
	return service;
}

static void close_report(struct sync_work *work, struct service *service)
{
	if (!installed_report_close(service, SPOOL, SYNC_REPORT_S))
		sync_note(work,
			  "the service did not take the report within %d s; it waits in " SPOOL
			  ", and the next `newroot sync` delivers it",
			  SYNC_REPORT_S);
}

/* What both sides can; the work knows from here on whether they can be reached. */
static int ask_both(struct sync_work *work, struct err *err)
{
	struct rsync_abilities here, there;

	if (rsync_ask_here(&here, err) || rsync_ask_there(&there, &work->ssh, err))
		return -1;
	work->acls = here.acls && there.acls;
	work->xattrs = here.xattrs && there.xattrs;
	if (!work->acls || !work->xattrs)
		sync_note(
			work,
			"%s%s%s are not brought: rsync here (%u.%u) and there (%u.%u) must both be 3.0 or later and know them",
			work->acls ? "" : "ACLs", !work->acls && !work->xattrs ? " and " : "",
			work->xattrs ? "" : "extended attributes", here.version / 100,
			here.version % 100, there.version / 100, there.version % 100);
	return 0;
}

static int write_rules(const struct job_tree *tree, struct sync_work *work, struct err *err)
{
	struct strings protect = work->config.protect;
	struct server_data servers;
	const char *rules;
	int fd;

	server_data_find(&servers, work->config.databases, &work->arena);
	if (server_data_protect(&servers, tree, &protect, &work->arena, err))
		return -1;
	rules = rsync_rules(tree, &protect, &work->arena);
	fd = open(RULES, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(err, ERR_SYNC, RULES, "cannot make " RULES);
	if (write_all(fd, rules, strlen(rules))) {
		err_sys(err, ERR_SYNC, RULES, "cannot write " RULES);
		close(fd);
		return -1;
	}
	return close(fd) ? err_sys(err, ERR_SYNC, RULES, "cannot close " RULES) : 0;
}

/* rsync makes the last folder only. */
static int make_parents(const struct job_tree *tree, struct sync_work *work, struct err *err)
{
	char *path = arena_strdup(&work->arena, tree->path);

	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return err_sys(err, ERR_SYNC, path, "cannot make the folder %s", path);
		*slash = '/';
	}
	return 0;
}

static bool is_empty_here(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	bool empty = true;

	while (folder && empty && (entry = readdir(folder)))
		empty = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
	if (folder)
		closedir(folder);
	return empty;
}

/* A disk that is not mounted there looks like this. Who may not list it there is not asked. */
static int check_emptied(const struct job_tree *tree, const struct ssh *ssh, struct err *err)
{
	const char *const command[] = {"ls", "-A", tree->from, NULL};
	char first[2] = "";
	struct err own = ERR_INIT;

	if (!tree->delete || is_empty_here(tree->path) ||
	    ssh_ask(ssh, command, SYNC_ASK_S, first, sizeof(first), &own) || *first)
		return 0;
	return err_set(
		err, ERR_SYNC, tree->path,
		"refused: %s is empty there, and all of %s would be deleted here; mount its disk there, or, if that is meant, empty the folder here by hand",
		tree->from, tree->path);
}

static int run_tree(const struct job_tree *tree, struct sync_work *work, struct err *err)
{
	const struct rsync rsync = {
		.ssh = &work->ssh,
		.tree = tree,
		.rules = RULES,
		.limit = work->config.sync.limit,
		.acls = work->acls,
		.xattrs = work->xattrs,
		.dry_run = work->options->dry_run,
		.stop = work->options->stop,
	};
	struct sync_figures figures = {0};
	const int64_t began = clock_ms();
	bool vanished = false;
	int ret;

	if (check_emptied(tree, &work->ssh, err) || write_rules(tree, work, err) ||
	    (!rsync.dry_run && make_parents(tree, work, err)))
		return -1;
	ret = rsync_run(&rsync, sync_watch(work), &figures, &vanished, err);
	sync_figures_sum(&work->sum, &figures, tree->path);
	if (vanished)
		sync_note(work, "%s: files were deleted there while they were brought", tree->path);
	if (ret == 0)
		sync_tell_figures(work, tree->path, &figures, clock_ms() - began);
	return ret;
}

static int run_trees(struct sync_work *work, struct err *err)
{
	const struct job_sync *sync = &work->config.sync;

	for (size_t i = 0; i < sync->tree_count; i++) {
		if (!is_wanted(&work->options->wanted, sync->trees[i].path))
			continue;
		if (run_tree(&sync->trees[i], work, err))
			return -1;
		work->trees++;
	}
	return 0;
}

static int run_pass(struct sync_work *work, struct err *err)
{
	int ret = ssh_open(&work->ssh, &work->config.sync.ssh, FOLDER, &work->arena, err);

	if (ret == 0)
		ret = ask_both(work, err) || run_trees(work, err) ? -1 : 0;
	ssh_close(&work->ssh);
	unlink(RULES);
	return ret;
}

/* A pass that fails is no error of the VM, which waits for cutover as before: the next one may be better. */
static int run_and_report(struct sync_work *work, struct err *err)
{
	const int64_t began = clock_ms();
	struct service *service;
	int ret;

	log_open(INSTALLED_LOG, false);
	log_bound();
	service = open_report(work);
	report_begin(STEP);
	work->pass = sync_passes(work) + 1;
	ret = run_pass(work, err);
	/* What is told to be here must be so after a power cut. */
	sync();
	if (ret == 0)
		sync_end_pass(work, clock_ms() - began);
	else
		sync_note(work, "pass %u failed [%s] %s", work->pass, err_name(err->code),
			  err->msg);
	report_end(STEP, ret == 0, (uint64_t)(clock_ms() - began), work->sum.moved);
	close_report(work, service);
	log_open(NULL, false);
	return ret;
}

static int run_dry(struct sync_work *work, struct err *err)
{
	const int64_t began = clock_ms();

	if (run_pass(work, err))
		return -1;
	sync_tell_dry(work, clock_ms() - began);
	return 0;
}

int sync_run(const struct sync *options, struct err *err)
{
	struct sync_work work = {.options = options};
	int ret = -1, fd = -1;

	if (access(SYNC_CONFIG, F_OK) != 0)
		return err_set(err, ERR_SYNC, SYNC_CONFIG,
			       "this VM has no " SYNC_CONFIG
			       ": its job has no sync, or the file was removed after cutover");
	random_seed_at(INSTALLED_SEED);
	/* Figures are read in rsync's own form, too. */
	if (installed_environment(err))
		return -1;
	if (sync_config_read(&work.config, SYNC_CONFIG, &work.arena, err) == 0 &&
	    check_wanted(&work, err) == 0)
		fd = installed_lock(INSTALLED_STATE, ERR_SYNC, err);
	/* Not before no cutover can take it away any more. */
	if (fd >= 0 && check_marker(&work, err) == 0)
		ret = options->dry_run ? run_dry(&work, err) : run_and_report(&work, err);
	if (fd >= 0)
		close(fd);
	arena_free(&work.arena);
	return ret;
}
