#include "archives/facts_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "facts/facts.h"

static pid_t start(int fd, int out, const char *path, struct err *err)
{
	static char *const argv[] = {(char *)"newroot-server", (char *)"facts", (char *)"-", NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;
	int code;

	if (posix_spawn_file_actions_init(&actions))
		return err_set(err, ERR_MEMORY, path, "no memory to start its reader");
	code = posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
	if (!code)
		code = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (!code)
		code = posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	errno = code;
	return code ? err_sys(err, ERR_CHILD_FAILED, path, "can't start its reader") : pid;
}

/* What it says, and how it ended. */
static int finish(pid_t pid, int in, const char *path, char *text, struct err *err)
{
	const ssize_t got = read_all(in, text, FACTS_BYTES_MAX);
	int status = 0;

	if (got < 0 || got == FACTS_BYTES_MAX)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (got < 0)
		return err_sys(err, ERR_IO, path, "can't hear its reader");
	if (status || got == 0 || got == FACTS_BYTES_MAX)
		return err_set(err, ERR_CHILD_FAILED, path,
			       "its reader ended with status 0x%x after %zd bytes", status, got);
	text[got] = '\0';
	return 0;
}

static int run(int fd, const char *path, _Atomic pid_t *pid, char *text, struct err *err)
{
	int ends[2], ret;
	pid_t started;

	if (pipe2(ends, O_CLOEXEC))
		return err_sys(err, ERR_IO, path, "no pipe for its reader");
	started = start(fd, ends[1], path, err);
	close(ends[1]);
	if (started > 0 && pid)
		atomic_store(pid, started);
	ret = started > 0 ? finish(started, ends[0], path, text, err) : -1;
	if (pid)
		atomic_store(pid, 0);
	close(ends[0]);
	return ret;
}

int facts_process(int fd, const char *path, _Atomic pid_t *pid, char **text, struct err *err)
{
	char *room = malloc(FACTS_BYTES_MAX + 1);

	if (!room)
		return err_set(err, ERR_MEMORY, path, "no memory for its facts");
	if (lseek(fd, 0, SEEK_SET) < 0) {
		free(room);
		return err_sys(err, ERR_IO, path, "can't read it from its beginning");
	}
	if (run(fd, path, pid, room, err) < 0) {
		free(room);
		return -1;
	}
	*text = room;
	return 0;
}
