#include "sync/rsync.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"

/* Exit statuses, rsync(1). */
#define PARTIAL    23
#define VANISHED   24
#define CANNOT_RUN 127 /* as a shell says it */

#define PROTOCOL_30 300 /* with rsync 3.0 both sides agree on how ACLs and xattrs are told */

struct rsync_abilities rsync_abilities(const char *text)
{
	struct rsync_abilities abilities = {0};
	const char *version = strstr(text, "version ");
	unsigned major, minor;

	version = version ? version + strlen("version ") : "";
	if (sscanf(version + (*version == 'v'), "%2u.%2u", &major, &minor) != 2)
		return abilities;
	abilities.version = major * 100 + minor;
	abilities.acls = abilities.version >= PROTOCOL_30 && strstr(text, "ACLs") &&
			 !strstr(text, "no ACLs");
	abilities.xattrs = abilities.version >= PROTOCOL_30 && strstr(text, "xattrs") &&
			   !strstr(text, "no xattrs");
	return abilities;
}

int rsync_ask_here(struct rsync_abilities *abilities, struct err *err)
{
	static const char *const argv[] = {"rsync", "--version", NULL};
	char answer[SYNC_ANSWER_MAX] = "";
	struct err own = ERR_INIT;
	const struct child child = {.name = "rsync --version",
				    .argv = argv,
				    .stall_s = SSH_VERSION_S,
				    .out = answer,
				    .out_size = sizeof(answer)};

	if (child_run(&child, NULL, &own))
		return err_set(err, ERR_SYNC_RSYNC, "rsync", "there is no rsync in this system: %s",
			       own.msg);
	*abilities = rsync_abilities(answer);
	return 0;
}

/* One that may do nothing but serve files does not tell its version; it is taken for an old one. */
int rsync_ask_there(struct rsync_abilities *abilities, const struct ssh *ssh, struct err *err)
{
	static const char *const command[] = {"rsync", "--version", NULL};
	char answer[SYNC_ANSWER_MAX] = "";
	struct err own = ERR_INIT;

	if (ssh_ask(ssh, command, SYNC_ASK_S, answer, sizeof(answer), &own) == 0) {
		*abilities = rsync_abilities(answer);
		return 0;
	}
	*abilities = (struct rsync_abilities){0};
	if (own.code != ERR_CHILD_FAILED)
		return err_keep(err, &own);
	if (strstr(own.msg, "exit status 127"))
		return err_set(err, ERR_SYNC_RSYNC, ssh->where,
			       "there is no rsync in the old system: %s", own.msg);
	return 0;
}

/* With a wildcard in it a pattern is none to be taken literally, and a backslash escapes. */
static const char *literal(struct arena *arena, const char *path)
{
	char *out = arena_alloc(arena, 2 * strlen(path) + 1);
	bool wild = strpbrk(path, "*?[") != NULL;
	size_t used = 0;

	for (; *path; path++) {
		if (wild && strchr("*?[\\", *path))
			out[used++] = '\\';
		out[used++] = *path;
	}
	return out;
}

const char *rsync_rules(const struct job_tree *tree, const struct strings *protect,
			struct arena *arena)
{
	const size_t len = strlen(tree->path);
	const char *text = "";

	for (size_t i = 0; i < protect->count; i++)
		if (!strncmp(tree->path, protect->item[i], len) && protect->item[i][len] == '/')
			text = arena_printf(arena, "%s- %s\n", text,
					    literal(arena, protect->item[i] + len));
	for (size_t i = 0; i < tree->exclude.count; i++)
		text = arena_printf(arena, "%s- %s\n", text, tree->exclude.item[i]);
	return text;
}

static void add(struct strings *argv, const char *word)
{
	argv->item[argv->count++] = word;
}

/* Only what 2.6.8 knows, but for ACLs and xattrs. A file that was cut off waits aside: the old one stays whole. */
const char *const *rsync_argv(const struct rsync *rsync, struct arena *arena)
{
	static const char *const always[] = {
		"rsync",   "-aHS",       "--numeric-ids", "--partial-dir=.newroot-partial",
		"--stats", "--progress", SYNC_CHANGES,
	};
	const struct job_tree *tree = rsync->tree;
	struct strings argv = {.item = arena_array(arena, 32, sizeof(*argv.item))};

	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		add(&argv, always[i]);
	if (rsync->acls)
		add(&argv, "-A");
	if (rsync->xattrs)
		add(&argv, "-X");
	if (tree->delete)
		add(&argv, "--delete");
	if (rsync->dry_run)
		add(&argv, "--dry-run");
	if (rsync->limit) /* KiB */
		add(&argv, arena_printf(arena, "--bwlimit=%ju", (uintmax_t)(rsync->limit >> 10)));
	add(&argv, arena_printf(arena, "--timeout=%d", SYNC_STALL_S));
	add(&argv, arena_printf(arena, "--filter=. %s", rsync->rules));
	add(&argv, "-e");
	add(&argv, rsync->ssh->command);
	add(&argv, arena_printf(arena, "%s:%s/", rsync->ssh->destination, tree->from));
	add(&argv, arena_printf(arena, "%s/", tree->path));
	return argv.item;
}

/* What the child that looks after rsync tells its parent, whole or not at all. */
struct outcome {
	int status; /* of waitpid(2) */
	struct sync_figures figures;
	bool whole;
};

struct run {
	const char *const *argv;
	int stop;
};

static _Noreturn void exec_rsync(const char *const *argv, int out)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(out, STDOUT_FILENO) >= 0)
		execvp(argv[0], (char *const *)argv);
	dprintf(STDERR_FILENO, "cannot run %s: %m\n", argv[0]);
	_exit(CANNOT_RUN);
}

/* Until its end. It is asked to end only once, for it puts aside what it has. */
static void follow(int out, int stop, pid_t pid, struct sync_output *output)
{
	struct pollfd fds[] = {{.fd = out, .events = POLLIN}, {.fd = stop, .events = POLLIN}};
	char bytes[4096];
	ssize_t got;

	for (;;) {
		if (poll(fds, 2, -1) < 0) {
			if (errno != EINTR)
				return;
			continue;
		}
		if (fds[1].fd >= 0 && fds[1].revents) {
			kill(pid, SIGTERM);
			fds[1].fd = -1;
		}
		if (!fds[0].revents)
			continue;
		got = read(out, bytes, sizeof(bytes));
		if (got == 0 || (got < 0 && errno != EINTR))
			return;
		if (got > 0)
			sync_output_add(output, bytes, (size_t)got);
		child_progress(output->done, 0);
	}
}

static int run_main(void *arg, struct err *err)
{
	const struct run *run = arg;
	struct sync_output output = {0};
	struct outcome outcome = {.whole = true};
	int out[2];
	pid_t pid;

	/* A terminal's ^C reaches rsync, too; its end is ours. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	if (pipe2(out, O_CLOEXEC))
		return err_sys(err, ERR_SYNC, "rsync", "cannot make a pipe");
	pid = fork();
	if (pid == 0)
		exec_rsync(run->argv, out[1]);
	close(out[1]);
	if (pid < 0)
		return err_sys(err, ERR_SYNC, "rsync", "cannot start rsync");
	follow(out[0], run->stop, pid, &output);
	while (waitpid(pid, &outcome.status, 0) < 0 && errno == EINTR)
		;
	outcome.figures = output.figures;
	if (write_all(STDOUT_FILENO, &outcome, sizeof(outcome)))
		return err_sys(err, ERR_SYNC, "rsync", "cannot tell how rsync ended");
	if (outcome.status == 0)
		return 0;
	return err_set(err, ERR_SYNC, "rsync", "rsync ended with wait status %d", outcome.status);
}

/* The cause is told first; what rsync says in the end is only that there was one. */
static const char *cause(const char *const *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strncmp(lines[i], "rsync: ", 7))
			return lines[i];
	return count ? lines[count - 1] : "it said nothing";
}

static int judge(const struct rsync *rsync, int status, struct err *err)
{
	const char *const *lines;
	const size_t count = child_last_words(&lines);
	const char *path = rsync->tree->path;
	struct pollfd stop = {.fd = rsync->stop, .events = POLLIN};

	if (rsync->stop >= 0 && poll(&stop, 1, 0) == 1)
		return err_set(err, ERR_INTERRUPTED, path,
			       "%s: interrupted; what was brought stays", path);
	if (WIFSIGNALED(status))
		return err_set(err, ERR_SYNC, path, "%s: rsync was killed by signal %d (%s)", path,
			       WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) == PARTIAL)
		return err_set(err, ERR_SYNC_PARTIAL, path, "%s: not all was brought: %s", path,
			       cause(lines, count));
	if (ssh_explain(rsync->ssh, lines, count, err))
		return err_prefix(err, "%s", path);
	return err_set(err, ERR_SYNC, path, "%s: rsync failed with exit status %d: %s", path,
		       WEXITSTATUS(status), cause(lines, count));
}

int rsync_run(const struct rsync *rsync, const struct child_watch *watch,
	      struct sync_figures *figures, bool *vanished, struct err *err)
{
	struct arena arena = {0};
	struct run run = {rsync_argv(rsync, &arena), rsync->stop};
	char answer[sizeof(struct outcome) + 1] = "";
	struct outcome outcome;
	const struct child child = {.name = rsync->tree->path,
				    .fn = run_main,
				    .arg = &run,
				    .out = answer,
				    .out_size = sizeof(answer)};
	struct err own = ERR_INIT;
	int ret = child_run(&child, watch, &own);

	memcpy(&outcome, answer, sizeof(outcome));
	arena_free(&arena);
	*vanished = outcome.whole && WIFEXITED(outcome.status) &&
		    WEXITSTATUS(outcome.status) == VANISHED;
	if (outcome.whole)
		*figures = outcome.figures;
	if (ret == 0 || *vanished)
		return 0;
	return outcome.whole ? judge(rsync, outcome.status, err) : err_keep(err, &own);
}
