#include "target/hooks.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/log.h"
#include "service/report.h"

#define POLL_US 50000

struct hook {
	const char *program;
	uint32_t limit_s;
};

/* A group of its own, so that all of it can be ended. */
static _Noreturn void run_program(const char *program, int out)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(out, STDOUT_FILENO) >= 0 && dup2(out, STDERR_FILENO) >= 0 &&
	    setenv("HOME", "/root", 1) == 0)
		execl(program, program, (char *)NULL);
	dprintf(STDERR_FILENO, "cannot run %s: %m\n", program);
	_exit(127);
}

/* Its wait status, or -1 when the limit has ended it. */
static int await(pid_t pid, uint32_t limit_s)
{
	const int64_t deadline = clock_ms() + (int64_t)limit_s * 1000;
	int status = 0;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (limit_s && clock_ms() >= deadline) {
			kill(-pid, SIGKILL);
			waitpid(pid, &status, 0);
			return -1;
		}
		usleep(POLL_US);
	}
	return status;
}

/* `said` is its last line. */
static int judge(const struct hook *hook, int status, const char *said, struct err *err)
{
	const char *colon = *said ? ": " : "";

	if (status == 0)
		return 0;
	if (status < 0)
		return err_set(err, ERR_HOOK, hook->program,
			       "%s ran longer than %u s and was ended%s%s", hook->program,
			       hook->limit_s, colon, said);
	if (WIFSIGNALED(status))
		return err_set(err, ERR_HOOK, hook->program, "%s was killed by signal %d (%s)%s%s",
			       hook->program, WTERMSIG(status), strsignal(WTERMSIG(status)), colon,
			       said);
	return err_set(err, ERR_HOOK, hook->program, "%s failed with exit status %d%s%s",
		       hook->program, WEXITSTATUS(status), colon, said);
}

/* Of much output the end: it tells why a hook failed. */
static size_t read_output(int fd, char *text, size_t size)
{
	ssize_t got;

	if (lseek(fd, -(off_t)size, SEEK_END) < 0)
		lseek(fd, 0, SEEK_SET);
	got = read_all(fd, text, size);
	return got > 0 ? (size_t)got : 0;
}

/* Cuts `text` after it. */
static const char *last_line(char *text, size_t size)
{
	const char *line;

	while (size && strchr("\n\r ", text[size - 1]))
		size--;
	text[size] = '\0';
	log_clean(text, size);
	line = strrchr(text, '\n');
	return line ? line + 1 : text;
}

/* The output goes by a file: a daemon that the hook starts would hold a pipe open for ever. */
static int hook_main(void *arg, struct err *err)
{
	const struct hook *hook = arg;
	FILE *out = tmpfile();
	char text[HOOK_OUTPUT_MAX + 1];
	size_t size;
	pid_t pid;
	int status;

	pid = out ? fork() : -1;
	if (pid == 0)
		run_program(hook->program, fileno(out));
	if (pid < 0)
		return err_sys(err, ERR_HOOK, hook->program, "cannot start %s", hook->program);
	setpgid(pid, pid); /* whichever of the two is first */
	status = await(pid, hook->limit_s);
	size = read_output(fileno(out), text, HOOK_OUTPUT_MAX);
	write_all(STDOUT_FILENO, text, size);
	fclose(out);
	return judge(hook, status, last_line(text, size), err);
}

static int run_one(const char *program, uint32_t limit_s, const struct child_watch *watch,
		   struct err *err)
{
	struct hook hook = {program, limit_s};
	char out[HOOK_OUTPUT_MAX + 1] = "";
	char note[sizeof(out) + 512];
	const struct child child = {.name = program,
				    .fn = hook_main,
				    .arg = &hook,
				    .out = out,
				    .out_size = sizeof(out)};
	int ret = child_run(&child, watch, err);

	snprintf(note, sizeof(note), "hook %.400s: %s%s", program, ret ? "failed" : "done",
		 *out ? "\n" : "");
	strncat(note, out, sizeof(note) - strlen(note) - 1);
	log_clean(note, strlen(note));
	log_line("%s", note);
	report_note(note);
	return ret;
}

int hooks_run(const struct strings *programs, uint32_t limit_s, const struct child_watch *watch,
	      struct err *err)
{
	for (size_t i = 0; i < programs->count; i++)
		if (run_one(programs->item[i], limit_s, watch, err))
			return -1;
	return 0;
}
