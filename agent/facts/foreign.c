#include "facts/foreign.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "facts/facts.h"

/* One of them is in each system; which of them is a link differs. */
static const char *const programs[] = {"sbin/init", "bin/bash",    "bin/dash",
				       "bin/sh",    "bin/busybox", "lib/systemd/systemd"};

static const char *machine_of(int root_fd, const char *path, bool kernel)
{
	unsigned char head[FACTS_HEAD];
	int fd = openat(root_fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read_all(fd, head, sizeof(head));
	const char *name = NULL;

	if (fd >= 0)
		close(fd);
	if (got > 0)
		name = kernel ? facts_kernel_machine(head, (size_t)got)
			      : facts_machine(head, (size_t)got);
	return name;
}

static bool is_program(const char *path)
{
	if (!strncmp(path, "usr/", 4))
		path += 4;
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (!strcmp(path, programs[i]))
			return true;
	return false;
}

int foreign_root(int root_fd, const char *path, mode_t mode, bool own_kernel, struct err *err)
{
	const char *machine =
		S_ISREG(mode) && is_program(path) ? machine_of(root_fd, path, false) : NULL;

	if (!machine || !strcmp(machine, "x86_64") || (!own_kernel && !strcmp(machine, "i386")))
		return 0;
	return err_set(
		err, ERR_CONFIGURE, path,
		"this program is for %s; accepted is a root archive for x86_64, or one for i386 when the job gives a kernel package for x86_64",
		machine);
}

int foreign_kernel(int root_fd, const char *path, mode_t mode, struct err *err)
{
	const char *machine =
		S_ISREG(mode) && facts_is_kernel(path) ? machine_of(root_fd, path, true) : NULL;

	if (!machine || !strcmp(machine, "x86_64"))
		return 0;
	return err_set(
		err, ERR_KERNEL, path,
		"this is of a kernel for %s; accepted is one for x86_64, as newroot's own /init is",
		machine);
}
