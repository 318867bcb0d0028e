#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

void scratch_make(struct scratch *scratch)
{
	snprintf(scratch->path, sizeof(scratch->path), "/tmp/newroot-test.XXXXXX");
	assert_non_null(mkdtemp(scratch->path));
}

void scratch_remove(const struct scratch *scratch)
{
	scratch_run(scratch, "rm -rf \"$PWD\"");
}

void scratch_run(const struct scratch *scratch, const char *script)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (chdir(scratch->path) == 0)
			execl("/bin/bash", "bash", "-euc", script, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status)
		print_message("failed in %s:\n%s\n", scratch->path, script);
	assert_int_equal(status, 0);
}

int scratch_open(const struct scratch *scratch, const char *name, int flags)
{
	char path[2 * PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", scratch->path, name);
	fd = open(path, flags | O_CLOEXEC, 0644);
	if (fd < 0)
		print_message("cannot open %s\n", path);
	assert_true(fd >= 0);
	return fd;
}
