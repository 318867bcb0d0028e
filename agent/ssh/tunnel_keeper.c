#include "ssh/tunnel_keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/tail.h"

#define LOOK_MS 200 /* how soon it is seen that ssh listens, or has ended */
#define FDS_MAX 256 /* far more than this program opens */
#define NAME    "tunnel"

struct keeper {
	const struct ssh *ssh;
	const struct tunnel_way *way;
	const char *const *argv;
	int news;
	unsigned pause_s;
	int64_t up_ms;    /* since when it is up, or was; 0: it was not, this time */
	struct tail tail; /* ssh's words of this time */
};

static volatile sig_atomic_t told_to_end;

static void on_end(int number)
{
	told_to_end = number;
}

/* Locks, disks and sockets of the parent's are not to outlive it here. */
static void let_go(int news)
{
	for (int fd = STDERR_FILENO + 1; fd < FDS_MAX; fd++)
		if (fd != news && fd != log_descriptor())
			close(fd);
}

static void tell(const struct keeper *keeper, enum tunnel_event event, const struct err *err)
{
	struct tunnel_news news = {.event = event};

	if (err)
		news.err = *err;
	/* A parent that is busy for long misses some of many failures: the pipe is full then. */
	if (write(keeper->news, &news, sizeof(news)) < 0 && errno != EAGAIN)
		told_to_end = SIGPIPE;
}

static _Noreturn void become_ssh(const struct keeper *keeper, int words)
{
	int null = open("/dev/null", O_RDWR);

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
	    dup2(words, STDERR_FILENO) < 0)
		_exit(127);
	for (int fd = STDERR_FILENO + 1; fd < FDS_MAX; fd++)
		close(fd);
	execv(keeper->argv[0], (char *const *)keeper->argv);
	dprintf(STDERR_FILENO, "cannot run %s: %m\n", keeper->argv[0]);
	_exit(127);
}

/* Its pid; `*words` is where it speaks. */
static pid_t start_ssh(const struct keeper *keeper, int *words, struct err *err)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return err_sys(err, ERR_SSH, keeper->ssh->where, "no pipe for ssh");
	pid = fork();
	if (pid == 0)
		become_ssh(keeper, ends[1]);
	close(ends[1]);
	*words = ends[0];
	if (pid < 0) {
		close(ends[0]);
		return err_sys(err, ERR_SSH, keeper->ssh->where, "cannot start ssh");
	}
	return pid;
}

/* Until it ends, or this process has to. */
static void attend_ssh(struct keeper *keeper, pid_t pid, int words)
{
	struct pollfd fd = {.fd = words, .events = POLLIN};
	char buf[1024];
	int status;

	while (!told_to_end && waitpid(pid, &status, WNOHANG) == 0) {
		ssize_t got = poll(&fd, 1, LOOK_MS) > 0 ? read(words, buf, sizeof(buf)) : -1;

		if (got > 0)
			tail_add(&keeper->tail, NAME, buf, (size_t)got);
		if (got == 0)
			fd.fd = -1;
		if (!keeper->up_ms && tunnel_listens(keeper->way->local_port)) {
			keeper->up_ms = clock_ms();
			tell(keeper, TUNNEL_UP, NULL);
		}
	}
	while (fd.fd >= 0 && poll(&fd, 1, 0) > 0) {
		ssize_t got = read(words, buf, sizeof(buf));

		if (got <= 0)
			break;
		tail_add(&keeper->tail, NAME, buf, (size_t)got);
	}
}

static void explain(const struct keeper *keeper, struct err *err)
{
	const char *lines[CHILD_TAIL_LINES];
	const size_t count = tail_lines(&keeper->tail, lines);

	if (!ssh_explain(keeper->ssh, lines, count, err))
		err_set(err, ERR_SSH_CONNECT, keeper->ssh->where, "ssh to %s has ended: %s",
			keeper->ssh->where, count ? lines[count - 1] : "it said nothing");
}

static void end_ssh(pid_t pid)
{
	kill(pid, SIGTERM);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void open_once(struct keeper *keeper)
{
	struct err err = ERR_INIT;
	int words = -1;
	pid_t pid;

	keeper->tail = (struct tail){.count = 0};
	keeper->up_ms = 0;
	if (tunnel_listens(keeper->way->local_port)) {
		err_set(&err, ERR_SSH, keeper->ssh->where,
			"another process listens at port %d of 127.0.0.1, which is the tunnel's",
			keeper->way->local_port);
	} else if ((pid = start_ssh(keeper, &words, &err)) > 0) {
		attend_ssh(keeper, pid, words);
		tail_end(&keeper->tail, NAME);
		close(words);
		if (told_to_end)
			end_ssh(pid);
		explain(keeper, &err);
	}
	if (!told_to_end)
		tell(keeper, keeper->up_ms ? TUNNEL_CUT : TUNNEL_FAILED, &err);
}

/* After a cut at once. One that comes and goes is no better than one that doesn't come. */
static void pause_after(struct keeper *keeper)
{
	if (keeper->up_ms && clock_ms() - keeper->up_ms >= TUNNEL_PAUSE_MAX_S * 1000)
		keeper->pause_s = 1;
	for (unsigned waited = 0; waited < keeper->pause_s && !told_to_end; waited++)
		sleep(1);
	if (keeper->pause_s < TUNNEL_PAUSE_MAX_S)
		keeper->pause_s *= 2;
}

_Noreturn void tunnel_keep(const struct ssh *ssh, const struct tunnel_way *way, int news,
			   int parent)
{
	const struct sigaction end = {.sa_handler = on_end};
	struct arena arena = {0};
	const char *forward = arena_printf(
		&arena, strchr(way->address, ':') ? "127.0.0.1:%d:[%s]:%d" : "127.0.0.1:%d:%s:%d",
		way->local_port, way->address, way->port);
	const char *const options[] = {"-o", "ExitOnForwardFailure=yes", "-N", "-L", forward, NULL};
	struct keeper keeper = {.ssh = ssh, .way = way, .news = news, .pause_s = 1};

	keeper.argv = ssh_argv(ssh, options, NULL, &arena);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (sigaction(SIGTERM, &end, NULL) || getppid() != parent)
		_exit(1);
	let_go(news);
	while (!told_to_end) {
		open_once(&keeper);
		pause_after(&keeper);
	}
	_exit(0);
}
