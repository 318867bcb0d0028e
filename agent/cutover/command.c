/* Programs of the system that a cutover runs: those that change something, and those that are only asked. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/log.h"
#include "cutover/parts.h"
#include "installed/installed.h"
#include "service/report.h"

#define POLL_US    20000
#define GRACE_MS   5000 /* between SIGTERM and SIGKILL */
#define CANNOT_RUN 127  /* as a shell says it */
#define FDS_MAX    256  /* far more than this program opens */

static const char environment_path[] =
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/puppetlabs/bin";

const char *cutover_program(struct cutover_work *work, const char *name)
{
	static const char *const folders[] = {"/usr/local/bin", "/usr/sbin", "/usr/bin",
					      "/sbin",          "/bin",      "/opt/puppetlabs/bin",
					      "/opt/puppet/bin"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		const char *path = arena_printf(&work->arena, "%s/%s", folders[i], name);

		if (access(cutover_path(work, path), X_OK) == 0)
			return path;
	}
	return NULL;
}

static const char *command_line(struct cutover_work *work, const char *const *argv)
{
	struct text text = {.arena = &work->arena};

	for (size_t i = 0; argv[i]; i++)
		text_printf(&text, "%s%s", i ? " " : "", argv[i]);
	return text.data;
}

/*
 * As at boot: a session of its own, an environment that is known, no descriptor of ours. O_CLOEXEC is not enough:
 * kernels before 2.6.23 don't know it, and a daemon would keep the lock.
 */
static _Noreturn void child_main(struct cutover_work *work, const char *const *argv, int log)
{
	const char *program = cutover_path(work, argv[0]);
	int null = open("/dev/null", O_RDONLY);

	setsid();
	signal(SIGPIPE, SIG_DFL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(log, STDOUT_FILENO) < 0 ||
	    dup2(log, STDERR_FILENO) < 0 || chdir("/") || clearenv() ||
	    setenv("PATH", environment_path, 1) || setenv("HOME", "/root", 1))
		_exit(CANNOT_RUN);
	for (int fd = STDERR_FILENO + 1; fd < FDS_MAX; fd++)
		close(fd);
	execv(program, (char *const *)argv);
	dprintf(STDERR_FILENO, "cannot run %s: %m\n", program);
	_exit(CANNOT_RUN);
}

/* False: it has not ended by then. */
static bool await(pid_t pid, int64_t deadline_ms, int *status)
{
	pid_t ended;

	while ((ended = waitpid(pid, status, WNOHANG)) <= 0) {
		if (ended < 0 && errno != EINTR)
			return false;
		if (clock_ms() >= deadline_ms)
			return false;
		usleep(POLL_US);
	}
	return true;
}

static void end_group(pid_t pid, int *status)
{
	kill(-pid, SIGTERM);
	if (await(pid, clock_ms() + GRACE_MS, status))
		return;
	kill(-pid, SIGKILL);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
}

/* What the log got since `from`, its end when it is long. */
static char *read_since(struct cutover_work *work, int log, off_t from)
{
	struct stat st;
	char *text = arena_alloc(&work->arena, CUTOVER_OUTPUT_MAX + 1);
	ssize_t size;

	if (fstat(log, &st))
		return text;
	if (st.st_size - from > CUTOVER_OUTPUT_MAX)
		from = st.st_size - CUTOVER_OUTPUT_MAX;
	size = pread(log, text, CUTOVER_OUTPUT_MAX, from);
	text[size > 0 ? size : 0] = '\0';
	log_clean(text, strlen(text));
	return text;
}

/* The last lines, for people and for the error event. */
static void keep_words(struct cutover_work *work, const char *text)
{
	const char *rest = text, *line;
	size_t size;

	work->word_count = 0;
	while (text_next(&rest, &line, &size)) {
		if (!size)
			continue;
		if (work->word_count == CHILD_TAIL_LINES)
			memmove(work->words, work->words + 1,
				--work->word_count * sizeof(*work->words));
		work->words[work->word_count++] =
			arena_printf(&work->arena, "%.*s", (int)size, line);
	}
	for (size_t i = 0; i < work->word_count; i++)
		fprintf(work->options->out, "      | %s\n", work->words[i]); /* the log has it */
}

static void tell_output(struct cutover_work *work, const char *line, const char *text)
{
	keep_words(work, text);
	report_note(arena_printf(&work->arena, "%s: %s%s%s", work->step, line,
				 *text ? "\n" : ": said nothing", text));
}

static int supervise(pid_t pid, const char *line, unsigned limit_s, int *status, struct err *err)
{
	if (await(pid, clock_ms() + (int64_t)limit_s * 1000, status))
		return 0;
	end_group(pid, status);
	return err_set(err, ERR_CUTOVER, line, "%s did not end within %u s, and was ended", line,
		       limit_s);
}

static int judge(const char *line, int status, struct err *err)
{
	if (WIFSIGNALED(status))
		return err_set(err, ERR_CUTOVER, line, "%s was killed by signal %d (%s)", line,
			       WTERMSIG(status), strsignal(WTERMSIG(status)));
	return WEXITSTATUS(status);
}

/* The output goes to the log itself: a daemon would hold a pipe open for ever, or die of it once it is closed. */
int cutover_command(struct cutover_work *work, const char *const *argv, unsigned limit_s,
		    struct err *err)
{
	const char *line = command_line(work, argv);
	int log = open(cutover_path(work, INSTALLED_LOG), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC,
		       0600);
	off_t from = log < 0 ? -1 : lseek(log, 0, SEEK_END);
	int status = 0, ret;
	pid_t pid;

	if (from < 0) {
		err_sys(err, ERR_CUTOVER, INSTALLED_LOG, "cannot open " INSTALLED_LOG);
		if (log >= 0)
			close(log);
		return -1;
	}
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		child_main(work, argv, log);
	ret = pid < 0 ? err_sys(err, ERR_CUTOVER, line, "cannot start %s", line)
		      : supervise(pid, line, limit_s, &status, err);
	tell_output(work, line, read_since(work, log, from));
	close(log);
	return ret ? -1 : judge(line, status, err);
}

int cutover_must(struct cutover_work *work, const char *const *argv, unsigned limit_s,
		 struct err *err)
{
	int status = cutover_command(work, argv, limit_s, err);
	const char *line = command_line(work, argv);

	if (status <= 0)
		return status;
	return err_set(err, ERR_CUTOVER, line, "%s failed with exit status %d: %s", line, status,
		       work->word_count ? work->words[work->word_count - 1] : "it said nothing");
}

bool cutover_ask(struct cutover_work *work, const char *const *argv, char *answer, size_t size)
{
	const char **real = arena_array(&work->arena, 8, sizeof(*real));
	char ignored[256];
	const struct child child = {.name = argv[0],
				    .argv = real,
				    .stall_s = CUTOVER_COMMAND_S,
				    .out = answer ? answer : ignored,
				    .out_size = answer ? size : sizeof(ignored)};

	child.out[0] = '\0';
	for (size_t i = 0; argv[i] && i < 7; i++)
		real[i] = i ? argv[i] : cutover_path(work, argv[i]);
	return child_run(&child, NULL, NULL) == 0;
}
