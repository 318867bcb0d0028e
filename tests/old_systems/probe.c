/*
 * Asks the kernel for what has changed since 2.6.18, without a library in between, and prints a line each: what, and the error or "yes". With
 * arguments it becomes that program in a child first, and waits for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void tell(const char *what, long got)
{
	printf("%s %s\n", what, got < 0 ? strerror(errno) : "yes");
}

static void ask_for_calls(void)
{
	struct timespec now = {0};
	struct stat st;
	char bytes[8];
	int ends[2];

	tell("fstat", syscall(SYS_fstat, 1, &st));
	tell("ppoll", syscall(SYS_ppoll, NULL, 0, &now, NULL, 8));
	tell("pipe2", syscall(SYS_pipe2, ends, O_CLOEXEC));
	tell("prlimit64", syscall(SYS_prlimit64, 0, 0, NULL, NULL));
	tell("syncfs", syscall(SYS_syncfs, 0));
	tell("getrandom", syscall(SYS_getrandom, bytes, sizeof(bytes), 0));
	tell("statx", syscall(SYS_statx, AT_FDCWD, "/", 0, 0, NULL));
	tell("unknown", syscall(1000));
}

static void ask_for_flags(void)
{
	long fd = syscall(SYS_open, "/dev/null", O_RDONLY | O_CLOEXEC);
	long at = syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC);

	errno = 0;
	tell("O_CLOEXEC", fcntl((int)fd, F_GETFD) == FD_CLOEXEC ? 0 : -1);
	tell("openat", fcntl((int)at, F_GETFD) == FD_CLOEXEC ? 0 : -1);
	tell("SOCK_CLOEXEC", syscall(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
	tell("socket", syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0));
	tell("F_DUPFD_CLOEXEC", syscall(SYS_fcntl, 1, F_DUPFD_CLOEXEC, 0));
	tell("F_DUPFD", syscall(SYS_fcntl, 1, F_DUPFD, 0));
	tell("PR_SET_CHILD_SUBREAPER", syscall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0));
	tell("PR_SET_PDEATHSIG", syscall(SYS_prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0));
}

int main(int argc, char **argv)
{
	int status = 0;
	pid_t pid = argc > 1 ? fork() : -1;

	if (pid == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	ask_for_calls();
	ask_for_flags();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}
