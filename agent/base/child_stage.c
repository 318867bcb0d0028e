#include "base/child_stage.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"

#define STAGE_PIPE_BYTES (1 << 20) /* fewer context switches between stages than with 64 KiB */
#define PROGRESS_MS      200

static int control_fd = -1; /* in a child: where messages go */
static int64_t progress_sent_ms;

static void send_message(const struct message *message)
{
	if (control_fd >= 0 && write(control_fd, message, sizeof(*message)) < 0)
		control_fd = -1; /* the parent is gone; PDEATHSIG ends us */
}

static void send_now_and_then(const struct message *message, bool last)
{
	int64_t now = clock_ms();

	if (!last && now - progress_sent_ms < PROGRESS_MS)
		return;
	progress_sent_ms = now;
	send_message(message);
}

void child_progress(uint64_t done, uint64_t total)
{
	send_now_and_then(&(struct message){.done = done, .total = total}, done == total);
}

void child_alive(void)
{
	send_now_and_then(&(struct message){.alive = true}, false);
}

/* The pipes of one child, while it is being forked. */
struct plumbing {
	int in;       /* becomes its stdin */
	int out[2];   /* [1] becomes its stdout; {-1, -1}: stdout joins stderr */
	int words[2]; /* [1] becomes its stderr */
	int control[2];
};

void stage_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int tool_main(const struct child *spec, struct err *err)
{
	signal(SIGPIPE, SIG_DFL);
	execvp(spec->argv[0], (char *const *)spec->argv);
	return err_sys(err, ERR_CHILD_FAILED, spec->argv[0], "cannot run %s", spec->argv[0]);
}

static int function_main(const struct child *spec, struct err *err)
{
	signal(SIGPIPE, SIG_IGN);
	if (spec->root && (chroot(spec->root) || chdir("/")))
		return err_sys(err, ERR_IO, spec->root, "cannot change root to %s", spec->root);
	return spec->fn(spec->arg, err);
}

static _Noreturn void child_main(const struct child *spec, struct plumbing *p, pid_t parent)
{
	struct message message = {.err = ERR_INIT};
	int ret;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	control_fd = p->control[1];
	progress_sent_ms = 0;
	stage_close(&p->out[0]);
	if (dup2(p->in, STDIN_FILENO) < 0 || dup2(p->words[1], STDERR_FILENO) < 0 ||
	    dup2(p->out[1] >= 0 ? p->out[1] : p->words[1], STDOUT_FILENO) < 0)
		_exit(1);
	/* A function child execs nothing: a write end left open would hide the end of the stream. */
	if (p->out[1] > STDERR_FILENO)
		stage_close(&p->out[1]);
	ret = spec->argv ? tool_main(spec, &message.err) : function_main(spec, &message.err);
	fflush(NULL);
	if (ret) {
		if (message.err.code == ERR_NONE)
			err_set(&message.err, ERR_INTERNAL, spec->name,
				"%s failed without saying why", spec->name);
		send_message(&message);
	}
	_exit(ret ? 1 : 0);
}

static void plumbing_close(struct plumbing *p)
{
	int *fds[] = {&p->in,       &p->out[0],     &p->out[1],    &p->words[0],
		      &p->words[1], &p->control[0], &p->control[1]};

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		stage_close(fds[i]);
}

int stage_start(struct stage *stage, const struct child *spec, int *in, bool last, struct err *err)
{
	struct plumbing p = {.in = *in, .out = {-1, -1}, .words = {-1, -1}, .control = {-1, -1}};
	pid_t parent = getpid();
	bool piped = !last || spec->out;

	*in = -1;
	*stage = (struct stage){
		.spec = spec, .words = -1, .control = -1, .out = -1, .active_ms = clock_ms()};
	if (pipe2(p.words, O_CLOEXEC) || pipe2(p.control, O_CLOEXEC) ||
	    (piped && pipe2(p.out, O_CLOEXEC)))
		goto fail;
	if (!last)
		fcntl(p.out[1], F_SETPIPE_SZ, STAGE_PIPE_BYTES); /* a smaller pipe works too */
	/* What is still in the parent's buffers, the child would write once more, into its own stdout. */
	fflush(NULL);
	stage->pid = fork();
	if (stage->pid == 0)
		child_main(spec, &p, parent);
	if (stage->pid < 0)
		goto fail;
	stage->words = p.words[0];
	stage->control = p.control[0];
	p.words[0] = p.control[0] = -1;
	*(last ? &stage->out : in) = p.out[0];
	p.out[0] = -1;
	plumbing_close(&p);
	return 0;
fail:
	stage->pid = 0;
	err_sys(err, ERR_IO, spec->name, "cannot start a child process for %s", spec->name);
	plumbing_close(&p);
	return -1;
}
